/** `countersign state export`: the bytes of the state, out of here. What is read is in the ledger with version, tier and purpose. */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe } from '../output.ts'
import { progressIfSlow } from '../render/progress.ts'
import { sizeWords } from '../render/units.ts'
import { ask, type Asking } from './ask.ts'
import { factsOf } from './import/facts.ts'

export type Tier = 'outputs' | 'redacted' | 'full'
export type ExportOptions = { readonly workspace: string; readonly tier: Tier; readonly purpose: string; /** A file that is not there yet; undefined: stdout. */ readonly file: string | undefined }

const actions = { outputs: 'state.read-outputs', redacted: 'state.read-redacted', full: 'state.read' } as const

export async function exportState(asking: Asking, { workspace, tier, purpose, file }: ExportOptions): Promise<ExitCode> {
  const { session, output } = asking
  // Before a person is asked for something that could not be kept then.
  if (file !== undefined && existsSync(file)) throw exists(file)
  const { view, subject } = await ask(asking, { action: actions[tier], workspace, tier, purpose: purpose || 'state export' })
  const progress = progressIfSlow(output, `reading ${safe(workspace)}`)
  const body = await session.api.bytes(`/api/v1/state/requests/${view.id}/redeem`, { method: 'POST', silence: 60_000 }).finally(() => progress.end())
  // By lineage and serial, not by digest: a version that became current again is served with a serial above all before it.
  const { lineage, serial, digest, version } = { ...subject.state, digest: createHash('sha256').update(body).digest('hex') }
  const came = tier === 'full' ? factsOf(body, 'What came') : undefined
  if (came && (came.lineage !== lineage || came.serial !== serial)) {
    throw new CliError('state_mismatch', `What came is not version ${version}, which was asked for: its lineage or serial is another. It was not kept.`, 'Run the command again. If it stays so, tell the server\'s owner.')
  }
  if (file === undefined) process.stdout.write(body)
  else {
    writePrivate(file, body)
    output.line(`Wrote ${file}: ${sizeWords(body.length)}, readable by you alone.`)
    if (tier === 'full') output.line('Every secret of the state is in it. To put it into another backend: terraform init there, then terraform state push. Delete it when that is done.')
    output.data({ workspace, tier, file, size: body.length, digest, version, lineage, serial })
  }
  return exitCodes.done
}

/** 0600 from its first moment, and never in place of another file. */
export function writePrivate(path: string, bytes: Uint8Array): void {
  let descriptor: number
  try {
    descriptor = openSync(path, 'wx', 0o600)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw exists(path)
    throw new CliError('file_unwritable', `${path} cannot be written.`, 'Choose another place with -o.', { cause })
  }
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
    fsyncSync(descriptor)
  } catch (cause) {
    rmSync(path, { force: true })
    throw new CliError('file_unwritable', `${path} could not be written whole, so it was taken away.`, 'Check the space on the disk.', { cause })
  } finally {
    closeSync(descriptor)
  }
}

function exists(path: string): CliError {
  return new CliError('file_exists', `${path} is there already, and is not overwritten.`, 'Choose another name with -o.')
}
