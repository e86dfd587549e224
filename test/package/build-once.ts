import { build } from "../../scripts/build.ts"

/** What imports `linklatch` by its name gets `dist/`, so that must be made first: once for all files of the project. */
export async function setup(): Promise<void> {
  const { ok, output } = await build()
  if (!ok) throw new Error(`The package can't be built:\n${output}`)
}
