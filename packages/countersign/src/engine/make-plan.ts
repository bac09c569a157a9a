/**
 * Makes the plan into a private file, and measures what it stands on. What terraform can do at the same time as we, it does.
 *
 * The tree is measured after the plan: data sources may write into it while they are read (archive_file does).
 */
import { EngineError } from './error.ts'
import { measureProviders } from './measure/providers.ts'
import { measure } from './measure/measure.ts'
import { readOrigin } from './measure/git.ts'
import { createPrivateFile, type PrivateFile } from './planfile/private-file.ts'
import type { Prepared } from './prepare.ts'
import { capture, run } from './run/child.ts'
import { exitOf, planFailure } from './run/failures.ts'
import type { Measured, Origin, Streams } from './shape.ts'

export type Plan = {
  readonly prepared: Prepared
  readonly file: PrivateFile
  readonly measured: Measured
  readonly origin: Origin
  /** `show -json` as it came: it holds secrets. */
  readonly json: Uint8Array
  /** Of a local backend: where the state is after apply. */
  readonly stateFile: string | undefined
  /** Ends what is left of the plan. To be called whatever happens; may be called twice. */
  dispose(): void
}

export type PlanResult = { readonly changes: false } | { readonly changes: true; readonly plan: Plan }

/** The most JSON that is taken from `show -json`, in bytes. */
const MAX_JSON = 400 * 1024 * 1024

/** Throws EngineError `plan_failed`, `init_needed`, `input_needed`, `show_failed`, `plan_unreadable`, `plan_not_local`, `cancelled`. */
export async function makePlan(prepared: Prepared, streams: Streams, signal?: AbortSignal): Promise<PlanResult> {
  const file = createPrivateFile()
  try {
    const plan = await intoFile(prepared, file, streams, signal)
    if (!plan) file.dispose()
    return plan ? { changes: true, plan } : { changes: false }
  } catch (error) {
    file.dispose()
    throw error
  }
}

async function intoFile(prepared: Prepared, file: PrivateFile, streams: Streams, signal: AbortSignal | undefined): Promise<Plan | undefined> {
  const { frozen, program, data } = prepared
  const command = { file: program, directory: frozen.directory, environment: frozen.childEnvironment, ...(signal ? { signal } : {}) }
  // Providers are large: their hashes are ready, and known again, when the plan is.
  const early = Promise.all([measureProviders(frozen.directory, data), prepared.binary]).catch(() => undefined)
  const origin = readOrigin(frozen.directory, frozen.childEnvironment)
  const ended = await run({ ...command, arguments: ['plan', ...frozen.planArguments, '-detailed-exitcode', `-out=${file.path}`] }, streams)
  if (signal?.aborted || (ended.code !== 0 && ended.code !== 2)) throw planFailure(ended, signal?.aborted === true)
  if (ended.code === 0) return undefined

  const shown = showJson(command, file) // first: terraform works while we measure
  const [json, measurement] = await Promise.all([shown, early.then(async () => await measure(prepared, file))])
  return { prepared, file, ...measurement, json, origin: await origin, dispose: () => file.dispose() }
}

async function showJson(command: Omit<Parameters<typeof capture>[0], 'arguments'>, file: PrivateFile): Promise<Uint8Array> {
  const shown = await capture({ ...command, arguments: ['show', '-json', file.path] }, MAX_JSON)
  if (command.signal?.aborted) throw new EngineError('cancelled', 'Interrupted while the plan was read. Nothing was changed.')
  if (shown.code === 0) return shown.output
  throw new EngineError('show_failed', `terraform show -json ended with ${exitOf(shown)}: ${lastLines(shown.errors)} Nothing was changed. Make the plan again.`)
}

function lastLines(text: string): string {
  return text.trim().slice(-400)
}
