/**
 * Outcomes that the server has not heard yet. An apply that ended is written here before it is reported, so that neither a crash
 * nor a server that is gone loses what happened; the next use of that server reports it.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '../exit.ts'
import { readPrivateJson, writePrivateJson } from './files.ts'
import { stateFolder } from './paths.ts'

export type Report = {
  readonly server: string
  readonly run: string
  readonly code: string
  readonly outcome: {
    readonly lease: string
    readonly result: 'applied' | 'failed'
    readonly summary: string
    readonly state: { readonly lineage: string; readonly serial: number; readonly digest: string }
    readonly treeUnchanged: boolean
  }
}

const folder = (): string => join(stateFolder(), 'unreported')
const fileOf = (run: string): string => join(folder(), `${run.replace(/[^a-z0-9_]/g, '')}.json`)

export function keepReport(report: Report): string {
  writePrivateJson(fileOf(report.run), report)
  return fileOf(report.run)
}

export function forgetReport(run: string): void {
  rmSync(fileOf(run), { force: true })
}

export type Waiting = { readonly reports: readonly Report[]; /** Files that are not what was written here. */ readonly damaged: readonly string[] }

/** A file that is damaged or that others could have written is no reason to stop a command: it is named. */
export function waitingReports(server: string): Waiting {
  const reports: Report[] = []
  const damaged: string[] = []
  for (const path of files()) {
    const report = readReport(path)
    if (!report) damaged.push(path)
    else if (report.server === server) reports.push(report)
  }
  return { reports, damaged }
}

function files(): string[] {
  try {
    return readdirSync(folder()).filter((name) => name.endsWith('.json')).map((name) => join(folder(), name))
  } catch {
    return []
  }
}

function readReport(path: string): Report | undefined {
  try {
    const value = readPrivateJson(path)
    return isReport(value) ? value : undefined
  } catch (error) {
    if (error instanceof CliError) return undefined
    throw error
  }
}

/** As far as it takes to send it: the server reads the rest. */
function isReport(value: unknown): value is Report {
  if (typeof value !== 'object' || value === null) return false
  const { server, run, code, outcome } = value as Record<string, unknown>
  return [server, run, code].every((text) => typeof text === 'string') && typeof outcome === 'object' && outcome !== null
}
