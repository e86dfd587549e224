import { join } from "node:path"
import { beforeAll, describe } from "vitest"
import { packPackage } from "../../scripts/pack-package.ts"
import { TYPES_NEEDED, typeFacts } from "../package/type-facts.ts"
import { emptyFolder, install } from "./install.ts"

// The oldest that takes `require` of an ES module as Node does, and what people have beside the newest.
describe.each(["5.8", "5.9", "6.0"])("the installed package's types, in TypeScript %s", (version) => {
  const folder = emptyFolder()
  beforeAll(async () => {
    const { tarball } = await packPackage(emptyFolder())
    await install(folder, [tarball, ...TYPES_NEEDED, `typescript@${version}`])
  })

  typeFacts(() => ({ folder, tsc: join(folder, "node_modules/.bin/tsc") }), { every: true })
})
