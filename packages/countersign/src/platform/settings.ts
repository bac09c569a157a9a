/**
 * Settings as one table: out of it come parsing, `--help`, the documentation and the warnings. A flag goes
 * before the environment, the environment before the file. What is not in the table is refused by name: a
 * mistyped setting must not silently mean the default.
 */
import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { SettingError } from './setting-error.ts'
import { settingsTable, type Environment, type Setting, type SettingName, type Settings } from './settings-table.ts'

export { SettingError } from './setting-error.ts'
export { settingsTable, type Environment, type SettingName, type Settings } from './settings-table.ts'

export type Flags = { [N in SettingName]?: string | undefined }

/** `said`: the settings that somebody gave, in whatever way; the rest have their defaults. */
export type Loaded = { settings: Settings; said: ReadonlySet<SettingName>; warnings: string[] }

/** Throws SettingError. `flags` are texts as typed; the file is read once its place is known. */
export function loadSettings(flags: Flags, environment: Environment): Loaded {
  refuseUnknownEnvironment(environment)
  const settings: Partial<Settings> = {}
  const warnings: string[] = []
  const said = new Set<SettingName>()
  let file: ReadonlyMap<string, string> = new Map()
  for (const row of settingsTable) {
    warnings.push(take(row, settings, said, flags, environment, file))
    if (row.name === 'config') file = readSettingsFile(settings.config ?? '', flags.config ?? environment['COUNTERSIGN_CONFIG'])
  }
  if (!isComplete(settings)) throw new TypeError('a setting is missing from the table')
  return { settings, said, warnings: warnings.filter((warning) => warning !== '') }
}

function isComplete(settings: Partial<Settings>): settings is Settings {
  return settingsTable.every(({ name }) => settings[name] !== undefined)
}

function take(row: Setting, settings: Partial<Settings>, said: Set<SettingName>, flags: Flags, environment: Environment, file: ReadonlyMap<string, string>): string {
  const sources: [string, string | undefined][] = [[row.flag, flags[row.name]], [row.environment, environment[row.environment] || undefined], [`${row.key} in ${settings.config}`, file.get(row.key)]]
  const found = sources.find(([, value]) => value !== undefined)
  if (found !== undefined) said.add(row.name)
  const [source, text] = found ?? ['the default', row.initial(environment, settings)]
  try {
    return row.read(text ?? '', settings)
  } catch (error) {
    const says = row.secret ? '' : `; it says ${JSON.stringify(text)}`
    throw new SettingError(`${source} ${error instanceof Error ? error.message : 'is not usable'}${says}.`, { cause: error })
  }
}

function readSettingsFile(place: string, named: string | undefined): ReadonlyMap<string, string> {
  let text: string
  try {
    text = readFileSync(place, 'utf8')
  } catch (error) {
    if (named === undefined && error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map()
    throw new SettingError(`The settings file ${place} cannot be read. Check the path, or leave --config away.`, { cause: error })
  }
  const document = parseDocument(text, { uniqueKeys: true, schema: 'failsafe' })
  if (document.errors.length > 0) throw new SettingError(`The settings file ${place} is not valid YAML: ${document.errors[0]?.message ?? ''}`)
  const value: unknown = document.toJS({ maxAliasCount: 0 }) ?? {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SettingError(`The settings file ${place} must hold lines of the form "name: value".`)
  const known = settingsTable.map((row) => row.key).filter((key) => key !== '')
  return new Map(Object.entries(value).map(([key, entry]: [string, unknown]) => {
    if (!known.includes(key)) throw new SettingError(`The settings file ${place} has an unknown setting ${JSON.stringify(key)}. Known are: ${known.join(', ')}.`)
    if (typeof entry !== 'string') throw new SettingError(`${key} in ${place} must be one text.`)
    return [key, entry]
  }))
}

/** Variables of this product that nobody reads are mistyped ones. Those of tests and tools are named. */
function refuseUnknownEnvironment(environment: Environment): void {
  const known = new Set([...settingsTable.map((row) => row.environment), 'COUNTERSIGN_PASSPHRASE', 'COUNTERSIGN_STATE_PASSPHRASE', 'COUNTERSIGN_BACKUP_PASSPHRASE', 'COUNTERSIGN_SERVER', 'COUNTERSIGN_WORKSPACE'])
  const unknown = Object.keys(environment).filter((name) => name.startsWith('COUNTERSIGN_') && !name.startsWith('COUNTERSIGN_TEST_') && !known.has(name))
  if (unknown.length > 0) throw new SettingError(`The environment has ${unknown.join(', ')}, which means nothing here. Known are: ${[...known].join(', ')}.`)
}

export type SettingHelp = { flag: string; environment: string; key: string; initial: string; help: string }

/** The table for people: `--help` and the documentation print it. */
export function settingsHelp(): SettingHelp[] {
  return settingsTable.map(({ flag, environment, key, shown, help }) => ({ flag, environment, key, initial: shown, help }))
}
