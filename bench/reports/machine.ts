import { statfsSync } from "node:fs"
import { cpus, loadavg, release, tmpdir, totalmem, type } from "node:os"
import { runCommand } from "../../scripts/run-command.ts"

/** Where and on what a run was made. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  /** Of the folder that the databases are in. */
  readonly fileSystem: string
  readonly node: string
  readonly commit: string
  /** How busy the machine was before: processes that wanted to run, on average over a minute. */
  readonly loadBefore: number
}

// statfs(2), f_type.
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: "ext4",
  1481003842: "xfs",
  2435016766: "btrfs",
  2035054128: "overlay",
  801189825: "zfs",
  16914836: "tmpfs",
}

export async function describeMachine(): Promise<Machine> {
  const [processor] = cpus()
  const { type: code } = statfsSync(tmpdir())
  return {
    processor: processor?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    fileSystem: FILE_SYSTEMS[code] ?? `type 0x${code.toString(16)}`,
    node: process.version,
    commit: await describeCommit(),
    loadBefore: Number(loadavg()[0]?.toFixed(2)),
  }
}

/** One line for the head of a report. */
export function showMachine(machine: Machine): string {
  const { processor, cores, memoryGiB, system, fileSystem, node, commit } = machine
  const warnings = warningsAbout(machine).map((warning) => ` **${warning}**`)
  return `commit ${commit}: ${cores} × ${processor}, ${memoryGiB} GiB, ${system}, ${fileSystem}, Node ${node}.${warnings.join("")}`
}

/** What makes figures of this machine worth less, in words. */
export function warningsAbout({ fileSystem, loadBefore }: Machine): readonly string[] {
  const warnings: string[] = []
  if (fileSystem === "tmpfs")
    warnings.push(
      "The databases are in memory: waiting for the disk costs nothing here. Set TMPDIR to a folder on a disk.",
    )
  if (loadBefore > 0.5)
    warnings.push(`The machine was busy before (load ${loadBefore}): look at the ratios, not at the rates.`)
  return warnings
}

async function describeCommit(): Promise<string> {
  const commit = await runCommand("git", ["rev-parse", "--short", "HEAD"])
  if (commit.exitCode !== 0) return "unknown"
  const changed = await runCommand("git", ["status", "--porcelain", "--untracked-files=no"])
  return `${commit.output.trim()}${changed.output.trim() === "" ? "" : ", with changes"}`
}
