import { tmpdir } from "node:os"
import { join } from "node:path"

/** The environment for processes of tests that run TypeScript: stripping its types again takes most of a start. */
export const withCompileCache: NodeJS.ProcessEnv = {
  ...process.env,
  NODE_COMPILE_CACHE: join(tmpdir(), "linklatch-compile-cache"),
}
