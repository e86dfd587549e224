import { tmpdir } from "node:os"
import { join } from "node:path"

/** For `NODE_COMPILE_CACHE` of processes that run TypeScript: stripping its types again takes most of a start. */
export const compileCache = join(tmpdir(), "linklatch-compile-cache")

export const withCompileCache: NodeJS.ProcessEnv = { ...process.env, NODE_COMPILE_CACHE: compileCache }
