/** From the words of the command line to an import: the source is opened, its names are mapped, and it is closed again whatever happens. */
import { basename } from 'node:path'
import { CliError, type ExitCode } from '../../exit.ts'
import type { Asking } from '../ask.ts'
import { importStates } from './import.ts'
import { defaultRule, mapNames, type Mapped } from './mapping.ts'
import { openSource, type Found, type SourceOptions } from './source.ts'

export type Wanted = SourceOptions & {
  readonly source: string
  /** The workspace of this folder, or the one that was named. */
  readonly workspace: string
  /** It was named on the command line. */
  readonly named: boolean
  readonly to: string | undefined
  readonly dryRun: boolean
  readonly replace: boolean
  readonly journal: string | undefined
}

export async function importFrom(asking: Asking, wanted: Wanted): Promise<ExitCode> {
  const source = await openSource(wanted.source, wanted)
  try {
    const found = await source.list()
    if (found.length === 0) throw new CliError('source_empty', `There is no state in ${source.place}.`, 'Name the place that holds them. In a folder, states are files that end in .tfstate.')
    const { mapped, rule } = mappedBy(found, wanted, source.place)
    return await importStates(asking, source, mapped, { rule, dryRun: wanted.dryRun, replace: wanted.replace, journal: wanted.journal })
  } finally {
    await source.close()
  }
}

/** One state goes to the workspace of this folder; several go by a rule. */
function mappedBy(found: readonly Found[], { workspace, named, to }: Wanted, place: string): { mapped: Mapped[]; rule: string } {
  const [first] = found
  if (to === undefined && first && found.length === 1) return { mapped: [{ ...first, target: workspace }], rule: '' }
  if (named && to === undefined) throw new CliError('mapping_invalid', `${place} holds ${found.length} states, and --workspace names one workspace.`, 'Say a rule with --to, as in --to \'payments/{name}-{workspace}\', or name one state.')
  const slash = workspace.indexOf('/')
  const [project, name] = [workspace.slice(0, slash), workspace.slice(slash + 1)] as const
  const rule = to ?? defaultRule(project)
  return { mapped: mapNames(found, rule, name || basename(place)), rule }
}
