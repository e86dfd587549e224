// Loaded ahead of every file of tests, also where several share a process and their modules: what helpers made for one goes with it.
import { afterAll } from "vitest"
import { runAfterFile } from "./after-file.ts"

afterAll(runAfterFile)
