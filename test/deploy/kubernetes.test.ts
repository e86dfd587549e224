import { globSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { projectRoot, runCommand } from "../../scripts/run-command.ts"
import { SECOND } from "../../src/core/clock.ts"
import { STOP_WITHIN } from "../../src/server/run-until-stopped.ts"
import { emptyFolder } from "../docs/snippets.ts"
import { readCompose } from "./read-compose.ts"
import { readSettings } from "./read-settings.ts"

/** As much of a manifest as these facts are about; that nothing else is in it, its type says. */
interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly stringData?: Readonly<Record<string, string>>
  readonly spec: {
    readonly replicas: number
    readonly selector: { readonly matchLabels: object } & Readonly<Record<string, unknown>>
    readonly podSelector: object
    readonly template: { readonly metadata: { readonly labels: object }; readonly spec: PodSpec }
    readonly minAvailable: number
    readonly ingress: readonly { readonly ports: readonly { readonly port: number }[] }[]
    readonly ports: readonly { readonly targetPort: string }[]
  }
}

interface PodSpec {
  readonly terminationGracePeriodSeconds: number
  readonly initContainers?: readonly Container[]
  readonly containers: readonly Container[]
  readonly volumes: readonly { readonly name: string; readonly secret: { readonly secretName: string } }[]
}

interface Container {
  readonly image: string
  readonly args?: readonly string[]
  readonly command?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } }
  readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } }
  readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly port: string } }
}

const MODULES: Readonly<Record<string, string>> = {
  v1: "core/v1",
  "apps/v1": "apps/v1",
  "batch/v1": "batch/v1",
  "policy/v1": "policy/v1",
  "networking.k8s.io/v1": "networking/v1",
}

// Kubernetes reads YAML 1.1, where 0440 is octal.
const manifests = globSync("examples/kubernetes/*.yaml", { cwd: projectRoot })
  .sort()
  .flatMap((file) => parseAllDocuments(readFileSync(join(projectRoot, file), "utf8"), { version: "1.1" }))
  .map((document) => document.toJS() as Manifest)

const find = (kind: string, name = "linklatch"): Manifest => {
  const found = manifests.find((one) => one.kind === kind && one.metadata.name === name)
  if (found === undefined) throw new Error(`There is no ${kind} ${name}.`)
  return found
}
const deployment = find("Deployment").spec
const pod = deployment.template.spec
const [server] = pod.containers as readonly [Container]
const job = find("Job", "linklatch-migrate").spec.template.spec
const [migrate] = job.initContainers as readonly [Container]
const [grant] = job.containers as readonly [Container]

describe("examples/kubernetes", () => {
  it("has no field that Kubernetes doesn't know, and none of the wrong type", async () => {
    const folder = emptyFolder("kubernetes")
    const lines = manifests.flatMap(({ apiVersion, kind, ...rest }, index) => [
      `import type { ${kind} as Type${index} } from "kubernetes-types/${MODULES[apiVersion]}"`,
      `export const manifest${index}: Type${index} = ${JSON.stringify({ apiVersion, kind, ...rest }, null, 2)}`,
    ])
    expect(lines.length).toBeGreaterThan(10)
    writeFileSync(join(folder, "manifests.ts"), lines.join("\n"))
    const flags = [
      "--noEmit",
      "--strict",
      "--module",
      "esnext",
      "--moduleResolution",
      "bundler",
      "--skipLibCheck",
      "--ignoreConfig",
    ]
    const { exitCode, output } = await runCommand("tsc", [...flags, join(folder, "manifests.ts")])
    expect(output).toBe("")
    expect(exitCode).toBe(0)
  })

  it("gives the server settings that production takes without a word", () => {
    const files = Object.fromEntries((server.env ?? []).map(({ name, value }) => [name, value]))
    const { outcome } = readSettings({ ...find("ConfigMap").data, ...files })
    expect({ ...outcome, config: null }).toMatchObject({ status: "ready", mode: "production", warnings: [] })
  })

  it("has templates of secrets without a value, and mounts what it reads from them", () => {
    for (const [container, { volumes }] of [
      [server, pod],
      [migrate, job],
    ] as const) {
      for (const { name, value } of container.env ?? []) {
        expect(name).toMatch(/_FILE$/)
        const folder = container.volumeMounts.find(({ mountPath }) => value === `${mountPath}/${basename(value)}`)
        const volume = volumes.find((one) => one.name === folder?.name)
        expect(find("Secret", volume?.secret.secretName).stringData, name).toHaveProperty([basename(value)], "")
      }
    }
    for (const { kind, stringData = {} } of manifests)
      if (kind === "Secret") expect(new Set(Object.values(stringData))).toEqual(new Set([""]))
    expect(JSON.stringify(pod)).not.toContain("linklatch-owner")
  })

  it("asks the server where it answers, by the port that it listens on", () => {
    expect(server.args).toEqual(["serve"])
    expect(find("ConfigMap").data).not.toHaveProperty("PORT")
    expect(server.ports).toEqual([{ name: "http", containerPort: 3000 }])
    expect(server.readinessProbe.httpGet).toEqual({ path: "/readyz", port: "http" })
    expect(server.livenessProbe.httpGet).toEqual({ path: "/healthz", port: "http" })
    expect(find("Service").spec.ports.map(({ targetPort }) => targetPort)).toEqual(["http"])
    expect(find("NetworkPolicy").spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([3000])
  })

  it("leaves a stop the time that it may take, behind the time in which requests still come", () => {
    const [program, seconds] = server.lifecycle.preStop.exec.command
    expect(program).toBe("sleep")
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(seconds) + STOP_WITHIN / SECOND)
  })

  it("finds its pods by the labels that they have, and keeps one of them whatever is evicted", () => {
    const { labels } = deployment.template.metadata
    const selectors = [
      deployment.selector.matchLabels,
      find("Service").spec.selector,
      find("PodDisruptionBudget").spec.selector.matchLabels,
      (find("NetworkPolicy").spec.podSelector as { matchLabels: object }).matchLabels,
    ]
    for (const selector of selectors) expect(selector).toEqual(labels)
    expect(find("PodDisruptionBudget").spec.minAvailable).toBeLessThan(deployment.replicas)
  })

  it("migrates as the owner, then grants, with the image of the servers", () => {
    expect(migrate.args).toEqual(["migrate"])
    expect(new Set([migrate.image, grant.image])).toEqual(new Set([server.image]))
    const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string }
    expect(server.image).toMatch(new RegExp(`:${version}$`))
  })

  it("grants by the very program that the test of Compose runs", () => {
    const ours = grant.command?.map((word) => word.replace("/run/secrets/owner/database-url", "/run/secrets/owner_url"))
    expect(ours).toEqual(readCompose().services["grant"]?.entrypoint)
  })
})
