/** The workspace of a command, `project/name`: the flag, the environment, the repository's file, or a name made of the folders. */
import { existsSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { isStateWorkspace } from '@countersign/proof'
import { CliError } from '../exit.ts'

const form = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

export type Workspace = { readonly name: string; /** Made up by us: the person is told. */ readonly derived: boolean }

/** `of`: a state that is kept here may have a longer name, with slashes, than a run. Throws CliError `workspace_invalid`. */
export function chooseWorkspace(directory: string, flag: string | undefined, environment: string | undefined, repository: string | undefined, of: 'run' | 'state' = 'run'): Workspace {
  const given = flag ?? (environment || undefined) ?? repository
  if (given === undefined) return { name: derivedName(directory), derived: true }
  if (!(of === 'run' ? form.test(given) : isStateWorkspace(given))) {
    const form = of === 'run' ? 'project/name, of letters, digits, dot, hyphen and underscore' : 'project/name; the name may hold slashes and letters of any script, and nothing that cannot be seen'
    throw new CliError('workspace_invalid', `${JSON.stringify(given)} is not the name of a workspace.`, `It is ${form}: payments/billing-prod`)
  }
  return { name: given, derived: false }
}

/** The repository's folder and the place within it: the same on every machine that has checked it out. */
function derivedName(directory: string): string {
  const top = repositoryTop(directory)
  const inner = top === directory ? basename(directory) : relative(top, directory).replace(/[\\/]+/g, '-')
  return `${cleaned(basename(top === directory ? dirname(directory) : top))}/${cleaned(inner)}`
}

function repositoryTop(directory: string): string {
  for (let folder = directory; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder
  }
  return directory
}

function cleaned(name: string): string {
  return name.normalize('NFKD').replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 64) || 'root'
}
