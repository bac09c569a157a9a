import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { isStateCredential, parseTrust, ProofError, verifyEvidence, type Consent, type Countersigner, type Effect, type StateSubject, type TrustFile, type Verdict } from '@countersign/proof'
import { changeSentence } from '../../plan/index.ts'
import { CliError, exitCodes, type ExitCode } from '../exit.ts'
import { safe, type Output } from '../output.ts'
import type { Runner } from './table.ts'

type Options = { trust?: string; json?: boolean }

const LARGEST = 64 * 1024 * 1024

export function define(command: Command, run: Runner): void {
  command
    .argument('<file>', 'the evidence')
    .option('--trust <file>', 'what was pinned beforehand (countersign trust export)')
    .option('--json', 'print the verdict as one JSON document')
    .addHelpText('after', `
Needs no server and no network. Exit code 0 only for VALID: signed by keys that go back to the pinned genesis, over exactly
this statement; and for ATTESTED: the same, but for somebody who used an authenticator app there is only the server's word.
Without --trust the best verdict is CONSISTENT, and the exit code is 5.

Examples:
  countersign verify evidence.json --trust trust.json
  countersign verify evidence.json --trust trust.json --json | jq -r .verdict`)
    .action(async (file: string, options: Options) => await run(options.json, async (output) => await verify(file, options, output)))
}

async function verify(file: string, options: Options, output: Output): Promise<ExitCode> {
  const verdict = await verifyEvidence(read(file), options.trust === undefined ? null : readTrust(options.trust), { now: Date.now() })
  show(output, verdict)
  output.data(verdict)
  return verdict.verdict === 'VALID' || verdict.verdict === 'ATTESTED' ? exitCodes.done : exitCodes.verificationFailed
}

function show(output: Output, verdict: Verdict): void {
  const { paint } = output
  const colour = verdict.verdict === 'VALID' ? paint.green : verdict.verdict === 'INVALID' ? paint.red : paint.yellow
  output.line(`${colour(paint.bold(verdict.verdict))}  ${safe(verdict.message)}${verdict.verdict === 'VALID' ? '' : `  (${verdict.code})`}`)
  if (verdict.consent) showConsent(output, verdict.consent)
  if (verdict.effect) showEffect(output, verdict.effect, verdict.consent?.subject.kind === 'state')
  for (const note of verdict.notes) output.line(`Note: ${safe(note)}`)
}

function showConsent(output: Output, { subject, code, who, requirement }: Consent): void {
  output.line()
  output.line(output.paint.bold('Consent: what was countersigned, and by whom'))
  output.line(`  what     ${code}  ${whatOf(subject)}`)
  if (subject.kind === 'run') {
    output.line(`  plan     ${subject.plan.file}  (${subject.derivation})`)
    output.line(`  run by   ${safe(subject.requester)} with the terminal key ${safe(subject.executor)}`)
    output.line(`  protection at that time: ${subject.workspace.enforcement}`)
  }
  if (subject.kind === 'state') showState(output, subject)
  output.line(`  asked    ${[requirement.selfStepUp ? 'a self step-up' : '', requirement.approvals > 0 ? `${requirement.approvals} approval(s)` : ''].filter(Boolean).join(' and ') || 'nothing'}, ${requirement.assurance}`)
  for (const one of who) {
    output.line(`  who      ${safe(one.person.name)} (${one.person.id}), ${one.how}, as ${one.roles.map(safe).join(', ') || 'no role'}`)
    output.line(`    when   ${one.recordedAt ?? 'not recorded'}  (the server's time; between ${one.notBefore} and ${one.expires})`)
    output.line(keyLine(one.key))
    output.line(`    let in by ${vouchedBy(one.key)}`)
  }
}

function whatOf(subject: Consent['subject']): string {
  switch (subject.kind) {
    case 'run': return `${subject.scope} of ${safe(subject.workspace.name)} (${safe(subject.workspace.environment)}): ${changeSentence(subject.summary)}, risk ${subject.risk.level}`
    case 'state': return `${subject.action} in ${safe(subject.workspace.name)} (${safe(subject.workspace.environment)})${subject.whole ? ': the whole state' : ''}`
    case 'policy': return 'a change of the policy'
  }
}

function showState(output: Output, { state, target, lock, requester, executor, source, workspace, phase, tier, lasts }: StateSubject): void {
  output.line(`  current  ${versionOf(state)}`)
  if (target.digest !== '') output.line(`  about    ${versionOf(target)}`)
  if (phase !== '' || tier !== '') output.line(`  grants   ${[phase, tier === '' ? '' : `reading ${tier}`, lasts > 0 ? `at most ${lasts} s` : ''].filter(Boolean).join(', ')}`)
  if (lock.digest !== '') output.line(`  lock     ${lock.digest}  (SHA-256 of its ID${lock.operation === '' ? '' : `; the client says ${safe(lock.operation)}`}${lock.who === '' ? '' : ` by ${safe(lock.who)}`})`)
  output.line(`  asked by ${safe(requester)} from ${safe(source)} ${executor === '' ? 'in a browser' : `with ${isStateCredential(executor) ? 'the state credential' : 'the terminal key'} ${safe(executor)}`}`)
  output.line(`  protection at that time: ${workspace.enforcement}`)
}

function versionOf({ version, serial, digest }: StateSubject['state']): string {
  if (digest === '') return 'none'
  return `${version === 0 ? 'not kept here yet' : `version ${version}`}, serial ${serial}, ${digest}`
}

function keyLine(key: Countersigner['key']): string {
  if (key.type === 'totp') return `    code   ${safe(key.label)}, an authenticator app: THE SERVER'S WORD, no signature of theirs`
  const { label, alg, device, demonstration } = key
  return `    key    ${safe(label)}, ${alg}${demonstration ? ', a software key of a DEMONSTRATION' : ''}; ${device.claimed ? 'claimed' : `attested (root ${safe(device.attestedBy)})`}: ${device.backupEligible ? 'can be synced' : 'bound to one device'}, model ${device.aaguid}`
}

function vouchedBy({ vouchedBy: who }: Countersigner['key']): string {
  if (who === 'genesis') return 'genesis: the first key of the installation'
  return who === 'host' ? 'THE HOST, to recover a sole owner' : `${safe(who.name)} (${who.id})`
}

function showEffect(output: Output, effect: Effect, ofState: boolean): void {
  output.line()
  output.line(output.paint.bold(ofState ? 'Effect: what the server recorded afterwards (its word, no proof of what the world did)' : 'Effect: what was reported afterwards (a claim of the terminal, no proof of what the world did)'))
  output.line(`  outcome  ${effect.outcome}${typeof effect.summary === 'string' ? `: ${safe(effect.summary)}` : ''}`)
  if (effect.grantedAt !== null) output.line(`  granted  ${effect.grantedAt}`)
  if (effect.startedAt !== null) output.line(`  ${ofState ? 'used    ' : 'started '} ${effect.startedAt}`)
  for (const { time, type, version, digest } of effect.records) output.line(`  recorded ${time}  ${safe(type)}${version === null ? '' : `, version ${version}`}${digest === null ? '' : `, ${digest}`}`)
  if (effect.reportedAt !== null && !ofState) output.line(`  reported ${effect.reportedAt}`)
  if (effect.stateSerial !== null) output.line(`  state    serial ${effect.stateSerial}, ${safe(effect.stateDigest ?? '')}`)
  if (effect.treeUnchanged !== null) output.line(`  files of the configuration ${effect.treeUnchanged ? 'were the same after the apply' : 'CHANGED while it was applied'}`)
}

function readTrust(path: string): TrustFile {
  try {
    return parseTrust(read(path))
  } catch (error) {
    if (!(error instanceof ProofError)) throw error
    throw new CliError(error.code, `${path} is not a trust file: ${safe(error.message)}.`, 'Write one with: countersign trust export -o trust.json', { exit: exitCodes.verificationFailed })
  }
}

function read(path: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    throw new CliError('file_unreadable', `${path} cannot be read.`, 'Check the path.', { cause })
  }
  if (bytes.length > LARGEST) throw new CliError('file_unreadable', `${path} has ${bytes.length} bytes; evidence and trust files are small.`, 'Check that it is the right file.')
  return bytes.toString('utf8')
}
