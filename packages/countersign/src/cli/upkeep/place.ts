/** Where a command of the host finds the server's data: the same settings as the server, and the same user. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../../platform/clock.ts'
import { systemRandom } from '../../platform/random.ts'
import { loadSettings, type Settings } from '../../platform/settings.ts'
import { migrations } from '../../server/base.ts'
import type { Upkeep } from '../../server/upkeep/create.ts'
import { CliError } from '../exit.ts'
import type { Output } from '../output.ts'
import type { Progress } from '../render/progress.ts'

export type PlaceOptions = { data?: string; databaseUrl?: string; json?: boolean }

export function withPlace(command: Command): Command {
  return command
    .option('--data <folder>', 'the data folder (COUNTERSIGN_DATA, $XDG_DATA_HOME/countersign)')
    .option('--database-url <url>', 'the PostgreSQL database, if the server uses one (COUNTERSIGN_DATABASE_URL, countersign.yaml)')
    .option('--json', 'print one JSON document to stdout')
}

export const placeOf = ({ data, databaseUrl }: PlaceOptions): Settings => loadSettings({ data, databaseUrl }, process.env).settings

/** @throws CliError `data_missing`, `data_not_yours` */
export function requireData(settings: Settings): Settings {
  const folder = statSync(settings.data, { throwIfNoEntry: false })
  if (!folder?.isDirectory() || (settings.databaseUrl === '' && !existsSync(join(settings.data, 'countersign.db')))) throw new CliError('data_missing', `There is no server's data in ${settings.data}.`, 'Name the server\'s data folder with --data.')
  refuseOthers(settings)
  return settings
}

/** What root made could not be read by the server. */
function refuseOthers({ data }: Settings): void {
  const folder = statSync(data, { throwIfNoEntry: false })
  if (process.platform !== 'win32' && folder && folder.uid !== process.getuid?.()) throw new CliError('data_not_yours', `${data} belongs to another user.`, 'Run this as the user that the server runs as.')
}

export function upkeepOf({ data, databaseUrl }: Settings, say: (text: string) => void = () => undefined): Upkeep {
  return { dataDir: data, databaseUrl, migrations, clock: systemClock, random: systemRandom, say }
}

/** Which table it is at is for who watches: in a log it would be a line each. */
export const tellOf = (output: Output, progress: Progress) => (text: string): void => {
  if (output.live) progress.say(text)
}

export function sizeInWords(bytes: number): string {
  const steps = ['B', 'kB', 'MB', 'GB', 'TB']
  let at = 0
  let value = bytes
  while (value >= 1000 && at < steps.length - 1) {
    value /= 1000
    at++
  }
  return `${at === 0 ? value : value.toFixed(1)} ${steps[at]}`
}
