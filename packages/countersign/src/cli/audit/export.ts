/** `audit export`: all that the newest checkpoint covers, in a form that others read. */
import { join, resolve } from 'node:path'
import { exportLines, exportTiles, ExportError, linesFile, type ExportDone } from '../../ledger/export/index.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { startProgress } from '../render/progress.ts'
import { openLedgerStore, placeOf, type PlaceOptions } from './place.ts'

export type ExportOptions = PlaceOptions & { to: string; format: string }

const formats = { jsonl: exportLines, tiles: exportTiles }

/** Throws CliError `data_missing`, `format_unknown`, and what an export refuses. */
export async function exportLedger(options: ExportOptions, output: Output): Promise<ExitCode> {
  const form = Object.entries(formats).find(([name]) => name === options.format)
  if (form === undefined) throw new CliError('format_unknown', `${JSON.stringify(options.format)} is not a format.`, 'There are: --format jsonl, --format tiles.')
  const [format, work] = form
  const place = placeOf(options)
  const folder = resolve(options.to)
  const store = await openLedgerStore(place)
  const progress = startProgress(output, `exporting the ledger in ${place.data}`)
  try {
    const { checkpoint: { size, root }, written } = await work(store, folder, (done, of) => progress.say(`exported ${done} of ${of} entries`)).catch(refused)
    progress.end()
    output.line(said({ format, folder, size, written }))
    output.data({ format, folder, size, root, written })
    return exitCodes.done
  } finally {
    progress.end()
    await store.close()
  }
}

function said({ format, folder, size, written }: { format: string; folder: string; size: number } & Pick<ExportDone, 'written'>): string {
  const what = format === 'tiles' ? `${written} new files` : `${written} new lines`
  return `${size} entries in ${safe(format === 'tiles' ? folder : join(folder, linesFile))} (${what}), and the checkpoint that covers them.`
}

function refused(cause: unknown): never {
  if (!(cause instanceof ExportError)) throw cause
  const next = {
    checkpoint_missing: 'Start the server once: it signs one.',
    history_changed: 'Keep a copy of both. Look closer with: countersign audit verify --against the checkpoints that left the host',
    export_differs: 'Export into an empty folder, and compare the two.',
  }[cause.code]
  throw new CliError(cause.code, cause.message, next, cause.code === 'checkpoint_missing' ? { cause } : { cause, exit: exitCodes.verificationFailed })
}
