import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { formatCode, parseSubject, shortCode, subjectDigest, type PolicySubject } from '@countersign/proof'
import { connect } from '../apply/connect.ts'
import { watchInterrupts, type Interrupts } from '../apply/interrupts.ts'
import { offerToOpen } from '../apply/offer.ts'
import type { Session } from '../client/session.ts'
import { notGiven, waitForPerson } from '../client/wait-for-person.ts'
import { answer, type PolicyChange } from '../client/wire.ts'
import { readRepository } from '../config/repository.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import { diffLines, nearDifferences } from '../render/diff.ts'
import { durationOption } from './run-options.ts'
import type { Runner } from './table.ts'

type Options = { server?: string; timeout?: string; json?: boolean }

export function define(command: Command, run: Runner): void {
  command
    .command('show')
    .description('print the policy that is in force')
    .option('--server <url>', 'the Countersign server')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', '\nExamples:\n  countersign policy show > policy.yaml')
    .action(async (options: Options) => await run(options.json, async (output) => await showPolicy(options, output)))
  command
    .command('apply')
    .argument('<file>', 'the new policy')
    .description('change the policy; the change is countersigned')
    .option('--server <url>', 'the Countersign server')
    .option('--timeout <duration>', 'how long to wait, as 15m')
    .option('--json', 'print one JSON document to stdout')
    .addHelpText('after', '\nShows what differs, then waits for the countersignature that puts it in force.\n\nExamples:\n  countersign policy show > policy.yaml\n  countersign policy apply policy.yaml')
    .action(async (file: string, options: Options) => await run(options.json, async (output) => await applyPolicy(file, options, output)))
}

async function showPolicy(options: Options, output: Output): Promise<ExitCode> {
  const session = await connect(options, await readRepository(process.cwd()), output)
  const policy = answer('policy', await session.api.call('GET', '/api/v1/policy'))
  if (!output.json) process.stdout.write(policy.yaml.endsWith('\n') ? policy.yaml : `${policy.yaml}\n`)
  output.data(policy)
  return exitCodes.done
}

async function applyPolicy(file: string, options: Options, output: Output): Promise<ExitCode> {
  const timeout = durationOption(options.timeout, '--timeout')
  const yaml = readPolicy(file)
  const session = await connect(options, await readRepository(process.cwd()), output)
  const before = answer('policy', await session.api.call('GET', '/api/v1/policy'))
  if (before.yaml === yaml) {
    output.line('This policy is in force already, so nothing was asked.')
    output.data({ changed: false, digest: before.digest })
    return exitCodes.done
  }
  showDifferences(output, before.yaml, yaml)
  const change = answer('policy change', await session.api.call('POST', '/api/v1/policy/changes', { body: { yaml } }))
  const interrupts = watchInterrupts(output)
  const subject = checkChange(change.subject, session, before.yaml, yaml)
  output.line()
  for (const sentence of subject.effect) output.line(`  ${safe(sentence)}`)
  const code = formatCode(shortCode(await subjectDigest(change.subject)))
  const link = `${session.trust.sites.at(-1)?.origins[0] ?? session.profile.server}/c/${code}`
  output.line()
  output.line(`  what you sign   ${output.paint.bold(code)}      ->  ${link}`)
  const ended = await waitForChange({ session, output, timeout, link, interrupts }, change)
  if (!inForce(ended)) throw notGiven(`challenge_${ended.status}`, `The change of the policy was not countersigned: it is ${ended.status}. The old policy stays in force.`)
  output.line('The new policy is in force. What was granted under the old one is void.')
  output.data({ changed: true, from: subject.from, to: subject.to, code, effect: subject.effect })
  return exitCodes.done
}

function readPolicy(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new CliError('file_unreadable', `${file} cannot be read.`, 'Write the present one with: countersign policy show > policy.yaml', { cause })
  }
}

function showDifferences(output: Output, before: string, after: string): void {
  const { paint } = output
  for (const line of nearDifferences(diffLines(before, after))) {
    if (!line) output.line(paint.dim('  ...'))
    else if (line.kind === 'same') output.line(`  ${safe(line.text)}`)
    else output.line(line.kind === 'new' ? paint.green(`+ ${safe(line.text)}`) : paint.red(`- ${safe(line.text)}`))
  }
}

/** The statement must be about this change: these two texts, asked for by this person, at this installation. */
function checkChange(text: string, session: Session, before: string, after: string): PolicySubject {
  const digest = (yaml: string): string => createHash('sha256').update(yaml, 'utf8').digest('hex')
  const subject = parseSubject(text)
  const right = subject.kind === 'policy' && subject.from === digest(before) && subject.to === digest(after) && subject.requester === session.person.id && subject.instance === session.trust.instance
  if (subject.kind === 'policy' && right) return subject
  throw new CliError('server_altered_subject', 'The server made a statement that is not about this change of the policy.', 'Do not countersign it. Tell the server\'s owner.', { exit: exitCodes.verificationFailed })
}

type Wait = { readonly session: Session; readonly output: Output; /** Milliseconds. */ readonly timeout: number | undefined; readonly link: string; readonly interrupts: Interrupts }

/** How it stands when it waits no more. At Ctrl-C, or when time is up, it is taken back: nobody should touch a key for it. */
async function waitForChange({ session, output, timeout, link, interrupts }: Wait, asked: PolicyChange): Promise<PolicyChange> {
  const path = `/api/v1/policy/changes/${asked.id}`
  const offer = offerToOpen(output, link)
  const over = (): void => {
    interrupts.end()
    offer.end()
  }
  try {
    return await waitForPerson({ output, signal: interrupts.signal, timeout }, { ...asked, status: 'waiting' }, {
      after: async (_, seconds, held) => answer('policy change', await session.api.call('GET', `${path}?wait=${seconds}`, held)),
      isGood: inForce,
      nothing: 'The old policy stays in force.',
    })
  } catch (error) {
    over() // so that a second Ctrl-C ends everything
    if (!(error instanceof CliError) || (error.code !== 'interrupted' && error.code !== 'wait_timeout')) throw error
    // It may have been countersigned just before: then it has happened, and is said as that.
    const view = await session.api.call('POST', `${path}/withdraw`, { body: {}, silence: 3_000 }).then((said) => answer('policy change', said), () => undefined)
    if (!view || !inForce(view)) throw error
    return view
  } finally {
    over()
  }
}

const inForce = ({ status }: PolicyChange): boolean => status === 'countersigned' || status === 'consumed'
