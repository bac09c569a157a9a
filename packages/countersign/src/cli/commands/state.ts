import type { Command } from 'commander'
import { CliError } from '../exit.ts'
import type { Output } from '../output.ts'
import { connectTo, connectToNamed, type Choice } from '../state/choose.ts'
import type { Asking } from '../state/ask.ts'
import type { Change } from '../state/change.ts'
import { defineMoving } from './state-moving.ts'
import { addStateOptions, addWaitOptions, lastsOption, phaseOption, shellOption, versionOption } from './state-options.ts'
import { durationOption } from './run-options.ts'
import type { Runner } from './table.ts'

type Options = Choice & { readonly json?: boolean; readonly timeout?: string }

const HELP = '\nExamples:\n'

export function define(command: Command, run: Runner): void {
  command.addHelpText('after', `
Each of these has help of its own, as in: countersign state init --help
${HELP}  countersign state init --write              terraform's state comes here
  countersign state import terraform.tfstate  with what is in it already
  countersign run -- terraform apply
  countersign state versions
  countersign state rollback 11`)
  defineInit(command.command('init'), run)
  defineLists(command, run)
  defineChanges(command, run)
  defineQuarantine(command.command('quarantine').description('writes that could not be trusted: look at them, accept or refuse them'), run)
  defineCredentials(command.command('credentials'), run)
  defineMoving(command.command('import'), command.command('export'), run)
}

function defineInit(command: Command, run: Runner): void {
  type Init = Options & { write?: string | true; env?: boolean; shell?: string; phase?: string; lasts?: string }
  addWaitOptions(command)
    .description('the backend block of this folder, or a credential for this shell')
    .option('--write [file]', 'write the block into a new file (default: countersign_backend.tf)')
    .option('--env', 'print the credential as variables for the shell; this is countersigned')
    .option('--shell <name>', 'sh, fish or powershell', 'sh')
    .option('--phase <phase>', 'plan or apply (default: apply)')
    .option('--lasts <duration>', 'how long the credential lives at most (default: 4h)')
    .addHelpText('after', `
Without --env: prints the block that brings unmodified terraform to the state kept here. Nothing in it is secret, and nobody is asked.
With --env: waits for the countersignature, then prints TF_HTTP_USERNAME and its kin for the shell to read, and nothing into any file.
${HELP}  countersign state init --write          terraform comes here; commit the file
  eval "$(countersign state init --env)"  for this shell, or in .envrc
  countersign state init --env --shell fish | source`)
    .action(async (options: Init) => await run(options.json === true ? true : options.env ? 'aside' : false, async (output) => {
      const [shell, phase, lasts, timeout] = [shellOption(options.shell), phaseOption(options.phase), lastsOption(options.lasts), durationOption(options.timeout, '--timeout')]
      if (options.env && options.write !== undefined) throw new CliError('argument_refused', '--env and --write do not go together: a secret is never written into a file.', 'Run the command twice: first with --write, then with --env.')
      const { initBlock, initEnvironment, defaultFile } = await import('../state/init.ts')
      if (!options.env) {
        const { session, workspace } = await connectTo(options, output)
        return await initBlock(session, workspace, options.write === true ? defaultFile : options.write, output)
      }
      return await orFail(async () => {
        const { session, workspace } = await connectTo(options, output)
        return await initEnvironment(session, workspace, { shell, phase: phase ?? 'apply', lasts, timeout }, output)
      }, options.json === true ? undefined : shell)
    }))
}

/** `eval` of nothing succeeds: the shell is told that there is nothing to go on with. */
async function orFail(work: () => Promise<number>, shell: ReturnType<typeof shellOption> | undefined): Promise<number> {
  try {
    return await work()
  } catch (error) {
    const { failure } = await import('../state/shell.ts')
    if (shell !== undefined) process.stdout.write(`${failure[shell]}\n`)
    throw error
  }
}

function defineLists(command: Command, run: Runner): void {
  addStateOptions(command.command('list').description('every state that is kept here and that you may see'))
    .addHelpText('after', `${HELP}  countersign state list\n  countersign state list --json | jq -r '.[] | select(.frozen) | .name'`)
    .action(async (options: Options) => await run(options.json, async (output) => {
      const [{ connect }, { readRepository }, { listStates }] = await Promise.all([import('../apply/connect.ts'), import('../config/repository.ts'), import('../state/list.ts')])
      return await listStates(await connect(options, await readRepository(process.cwd()), output), output)
    }))
  addStateOptions(command.command('show').description('what is known of a state, without its values'))
    .option('--version <n>', 'of one version: where it came from, and the secrets that were found in it')
    .addHelpText('after', `${HELP}  countersign state show\n  countersign state show --version 12`)
    .action(async (options: Options & { version?: string }) => await about(options, run, async ({ session, output }, workspace) =>
      await (await import('../state/show.ts')).showState(session, workspace, options.version === undefined ? undefined : versionOption(options.version), output)))
  addStateOptions(command.command('versions').description('what the state was, the newest first'))
    .option('--before <n>', 'only versions before this one')
    .option('--limit <n>', 'how many', '20')
    .addHelpText('after', `${HELP}  countersign state versions\n  countersign state versions --before 80 --limit 50`)
    .action(async (options: Options & { before?: string; limit: string }) => await about(options, run, async ({ session, output }, workspace) => {
      const page = { before: options.before === undefined ? undefined : versionOption(options.before), limit: Math.min(100, versionOption(options.limit, '--limit')) }
      return await (await import('../state/versions.ts')).listVersions(session, workspace, page, output)
    }))
  addStateOptions(command.command('diff').description('which resources and outputs differ between two versions'))
    .argument('<a>', 'the older version; 0 is nothing')
    .argument('<b>', 'the newer version')
    .addHelpText('after', `\nAddresses only: no value of a state comes this way. Exit code 2 when they differ.\n${HELP}  countersign state diff 11 12`)
    .action(async (a: string, b: string, options: Options) => await about(options, run, async ({ session, output }, workspace) =>
      await (await import('../state/versions.ts')).diffVersions(session, workspace, a === '0' ? 0 : versionOption(a), versionOption(b), output)))
}

const CONFIRMS = '\nShows what exactly is asked and waits: the countersignature is the confirmation.\n'

function defineChanges(command: Command, run: Runner): void {
  const changing = (name: Command, what: (argument: string | undefined, options: { version?: string; all?: boolean }) => Omit<Change, 'workspace'>): Command =>
    addWaitOptions(name).action(async (...given: [string | undefined, Options & { version?: string; all?: boolean }] | [Options & { version?: string; all?: boolean }]) => {
      const [argument, options] = typeof given[0] === 'object' ? [undefined, given[0]] : [given[0], given[1] ?? {}]
      await about(options, run, async (asking, workspace) => {
        const wanted = what(argument, options)
        return await (await import('../state/change.ts')).change(asking, { ...wanted, workspace })
      })
    })
  changing(command.command('rollback').argument('<n>', 'the version to go back to').description('make an earlier version current again'), (n) => ({ action: 'state.rollback', version: versionOption(n ?? '') }))
    .addHelpText('after', `${CONFIRMS}The earlier version becomes a new one, which says where it came from. Grants and plans from before are worth nothing any more.\nWhat was built in the cloud stays as it is: plan afterwards.\n${HELP}  countersign state rollback 11`)
  changing(command.command('delete').description('delete one version, or the whole state'), (_, options) => ({ action: 'state.delete', ...oneOrAll(options.version, options.all) }))
    .option('--version <n>', 'this version')
    .option('--all', 'the whole state, every version')
    .addHelpText('after', `${CONFIRMS}It can be brought back for the retention time; then its key is destroyed.\n${HELP}  countersign state delete --version 3\n  countersign state delete --all`)
  changing(command.command('restore').argument('[n]', 'the version to bring back').description('bring back what was deleted'), (n, options) => ({ action: 'state.restore', ...oneOrAll(n, options.all) }))
    .option('--all', 'the whole state')
    .addHelpText('after', `${CONFIRMS}${HELP}  countersign state restore 3\n  countersign state restore --all`)
  addWaitOptions(command.command('unlock').description('end the lock that somebody holds'))
    .addHelpText('after', `${CONFIRMS}What its holder still writes goes to quarantine, and is never current by itself.\n${HELP}  countersign state unlock`)
    .action(async (options: Options) => await about(options, run, async (asking, workspace) => await (await import('../state/change.ts')).unlock(asking, workspace)))
}

function oneOrAll(version: string | undefined, all: boolean | undefined): { version: number } | { whole: true } {
  if ((version === undefined) === (all !== true)) throw new CliError('argument_refused', 'Say one version, or --all for the whole state.', 'See the versions with: countersign state versions')
  return version === undefined ? { whole: true } : { version: versionOption(version) }
}

function defineQuarantine(command: Command, run: Runner): void {
  const showing = (name: Command): Command => addStateOptions(name).action(async (...given: [string, Options] | [Options]) => {
    const [n, options] = typeof given[0] === 'object' ? [undefined, given[0]] : [given[0], given[1] ?? {}]
    await about(options, run, async ({ session, output }, workspace) => {
      const { showQuarantine, whichQuarantined } = await import('../state/quarantine.ts')
      if (n === undefined && name.name() === 'show') return await whichQuarantined(session, workspace, 'show')
      return await showQuarantine(session, workspace, n === undefined ? undefined : versionOption(n), output)
    })
  })
  command.addHelpText('after', `${HELP}  countersign state quarantine list\n  countersign state quarantine accept 15`)
  showing(command.command('list').description('what is in quarantine, and why')).addHelpText('after', `${HELP}  countersign state quarantine list`)
  showing(command.command('show').argument('[n]', 'the version').description('which addresses it would change')).addHelpText('after', `${HELP}  countersign state quarantine show 15`)
  for (const [name, action, what] of [['accept', 'state.accept', 'make it current'], ['discard', 'state.discard', 'refuse it, for ever']] as const) {
    addWaitOptions(command.command(name).argument('[n]', 'the version').description(what))
      .addHelpText('after', `${CONFIRMS}${HELP}  countersign state quarantine ${name} 15`)
      .action(async (n: string | undefined, options: Options) => await about(options, run, async (asking, workspace) => {
        if (n === undefined) return await (await import('../state/quarantine.ts')).whichQuarantined(asking.session, workspace, name)
        const version = versionOption(n)
        return await (await import('../state/change.ts')).change(asking, { action, workspace, version })
      }))
  }
}

function defineCredentials(command: Command, run: Runner): void {
  addStateOptions(command.description('your credentials for states, and ending one'))
    .option('--all', 'those that have ended too')
    .addHelpText('after', `${HELP}  countersign state credentials\n  countersign state credentials revoke stc_0190...`)
    .action(async (options: Options & { all?: boolean }) => await run(options.json, async (output) => {
      const { session } = await connectTo(options, output)
      return await (await import('../state/credentials.ts')).listCredentials(session, options.all === true, output)
    }))
  addStateOptions(command.command('revoke').argument('<id>', 'the credential').description('end one now'))
    .addHelpText('after', `\nA lock that it holds stays until it is unlocked; what is written under it goes to quarantine.\n${HELP}  countersign state credentials revoke stc_0190...`)
    .action(async (id: string, options: Options) => await run(options.json, async (output) => {
      const { session } = await connectTo(options, output)
      return await (await import('../state/credentials.ts')).revokeCredential(session, id, output)
    }))
}

/** Work about one workspace that is there. */
export async function about(options: Options, run: Runner, work: (asking: Asking & { output: Output }, workspace: string) => Promise<number>): Promise<void> {
  await run(options.json, async (output) => {
    const timeout = durationOption(options.timeout, '--timeout')
    const { session, workspace } = await connectToNamed(options, output)
    return await work({ session, output, timeout }, workspace)
  })
}
