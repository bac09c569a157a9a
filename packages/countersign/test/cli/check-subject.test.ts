/** Every member of the statement that the terminal knows, changed one at a time. */
import { canonicalize, parseSubject, type JsonObject, type RunSubject } from '@countersign/proof'
import { describe, expect, it } from 'vitest'
import { checkSubject, type Expected } from '../../src/cli/apply/check-subject.ts'
import { locationOfAddress } from '../../src/engine/index.ts'
import type { CliError } from '../../src/cli/exit.ts'

const hex = (digit: string): string => digit.repeat(64)

const subject: RunSubject = {
  v: 1, kind: 'run', instance: `ins_${'3'.repeat(32)}`, org: `org_${'4'.repeat(32)}`, action: 'run.apply', scope: 'apply', mode: 'wrapped', derivation: 'client-claimed',
  run: `run_${'1'.repeat(32)}`, requester: `usr_${'2'.repeat(32)}`, executor: Buffer.alloc(32, 7).toString('base64url'),
  workspace: { name: 'a/b', environment: 'prod', enforcement: 'advisory', backend: { type: 'local', cliWorkspace: 'default', location: hex('1') } },
  plan: { file: hex('2'), json: hex('3'), redactor: '1' }, state: { lineage: 'l', serial: 3, digest: hex('4') },
  engine: { name: 'terraform', version: '1.11.4', binary: hex('5') }, providers: [{ address: 'r/h/null', version: '3.0.0', digest: hex('6') }],
  tree: { digest: hex('7'), files: 2, bytes: 10, bound: true }, arguments: ['-input=false'], variables: [{ name: 'TF_VAR_a', digest: hex('8') }],
  commit: 'a'.repeat(40), dirty: false,
  summary: { create: 1, update: 0, replace: 0, delete: 1, import: 0, forget: 0, move: 0, read: 0, outputs: 0, critical: [{ address: 'x', action: 'delete', reason: 'r' }], criticalOmitted: 0 },
  risk: { level: 'high', reasons: [{ code: 'destroy', address: 'x', detail: 'is destroyed' }], reasonsOmitted: 0 },
  unbound: ['PATH_'],
  policy: { digest: hex('9'), rule: 'r', requirement: { assurance: 'aal2', phishingResistant: true, freshSeconds: 600, selfStepUp: true, approvals: 0, approverRole: '', excludeRequester: false } },
}

const { plan, state, engine, providers, tree, arguments: given, variables, commit, dirty, unbound, mode, derivation } = subject
const expected: Expected = {
  claims: { mode, derivation, workspace: { name: 'a/b', backend: subject.workspace.backend }, plan, state, engine, providers, tree, arguments: given, variables, commit, dirty, unbound },
  plan: { summary: subject.summary, risk: subject.risk },
  scope: 'apply', run: subject.run, instance: subject.instance, org: subject.org, requester: subject.requester, executor: subject.executor, servers: ['https://cs.example.com'],
}

const text = (value: unknown): string => Buffer.from(canonicalize(value as JsonObject)).toString('utf8')
const codeOf = (value: string): string => {
  try {
    checkSubject(value, expected)
    return 'accepted'
  } catch (error) {
    return (error as CliError).code
  }
}

/** Paths of all leaves, and of lists. */
function paths(value: unknown, at: (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value)) return [at, ...value.flatMap((item, i) => paths(item, [...at, i]))]
  if (typeof value !== 'object' || value === null) return [at]
  return Object.entries(value).flatMap(([name, item]) => paths(item, [...at, name]))
}

function changed(path: readonly (string | number)[]): unknown {
  const copy = structuredClone(subject) as unknown
  let inner = copy as Record<string | number, unknown>
  for (const part of path.slice(0, -1)) inner = inner[part] as Record<string | number, unknown>
  const last = path.at(-1) ?? ''
  const value = inner[last]
  inner[last] = Array.isArray(value) ? [] : typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : other(String(value))
  return copy
}

/** The same length and nearly always the same alphabet. */
const other = (value: string): string => value.replace(/.$/, (last) => (last === '0' ? '1' : last === 'a' ? 'b' : last >= 'a' ? 'a' : last >= 'A' ? 'Z' : '0'))

const serverDecides = new Set(['workspace.environment'])
const own = paths(subject).filter((path) => path[0] !== 'policy' && !serverDecides.has(path.join('.')) && path.length > 0)

describe('the statement that the server made', () => {
  it('is accepted when it is about this plan', () => {
    expect(checkSubject(text(subject), expected)).toEqual(subject)
  })

  it.each(own.map((path) => [path.join('.'), path] as const).filter(([name]) => name !== 'risk.level'))('is refused when %s differs', (_, path) => {
    expect(codeOf(text(changed(path)))).toBe('server_altered_subject')
  })

  it('nearly all of those are well-formed statements, so that it is the comparison that refuses them', () => {
    const wellFormed = own.filter((path) => {
      try {
        return Boolean(parseSubject(text(changed(path))))
      } catch {
        return false
      }
    })
    expect(wellFormed.length).toBeGreaterThan(own.length * 0.8)
  })

  it('may name what only the server knows', () => {
    const { policy } = subject
    expect(codeOf(text({ ...subject, workspace: { ...subject.workspace, environment: 'dev' }, policy: { ...policy, digest: hex('0'), rule: 'other' } }))).toBe('accepted')
  })

  it('may raise the risk, and never lower it or drop a reason', () => {
    const risk = (level: string, codes: string[]) => codeOf(text({ ...subject, risk: { level, reasons: codes.map((code) => ({ code, address: 'x', detail: code === 'destroy' ? 'is destroyed' : 'd' })), reasonsOmitted: 0 } }))
    expect(risk('critical', ['destroy', 'lineage_unknown'])).toBe('accepted')
    expect(risk('medium', ['destroy'])).toBe('server_altered_subject')
    expect(risk('high', ['other'])).toBe('server_altered_subject')
    expect(risk('high', [])).toBe('server_altered_subject')
  })

  it('may leave reasons out only where it names as many as there can be', () => {
    const reasons = Array.from({ length: 100 }, (_, i) => ({ code: 'other', address: `y${String(i).padStart(3, '0')}`, detail: 'd' }))
    const risk = (named: typeof reasons, reasonsOmitted: number) => codeOf(text({ ...subject, risk: { level: 'critical', reasons: named, reasonsOmitted } }))
    expect(risk([], 1)).toBe('server_altered_subject')
    expect(risk(reasons.slice(1), 1)).toBe('server_altered_subject')
    expect(risk(reasons, 1)).toBe('accepted')
  })

  it('cannot claim more protection than there is', () => {
    for (const enforcement of ['state-gated', 'credential-gated']) expect(codeOf(text({ ...subject, workspace: { ...subject.workspace, enforcement } }))).toBe('server_altered_subject')
    const at = (address: string, enforcement: string, type = 'http'): string => {
      const backend = { type, cliWorkspace: 'default', location: locationOfAddress(address) }
      const said = { ...subject, workspace: { ...subject.workspace, enforcement, backend } }
      try {
        checkSubject(text(said), { ...expected, claims: { ...expected.claims, workspace: { name: 'a/b', backend } } })
        return 'accepted'
      } catch (error) {
        return (error as CliError).code
      }
    }
    expect(at('https://cs.example.com/state/v1/a/b', 'state-gated')).toBe('accepted')
    expect(at('https://cs.example.com/state/v1/a/b', 'advisory')).toBe('accepted')
    for (const [address, level, type] of [['https://cs.example.com/state/v1/a/c', 'state-gated'], ['https://other.example.com/state/v1/a/b', 'state-gated'], ['https://cs.example.com/state/v1/a/b', 'credential-gated'], ['https://cs.example.com/state/v1/a/b', 'state-gated', 's3']] as const) {
      expect(at(address, level, type), address).toBe('server_altered_subject')
    }
  })

  it.each([
    ['is not canonical', JSON.stringify(subject, null, 1)],
    ['has a member more', text({ ...subject, more: 1 })],
    ['is of another kind', text({ v: 1, kind: 'policy' })],
    ['is not JSON', 'x'],
  ])('is refused when it %s', (_, value) => {
    expect(codeOf(value)).toBe('server_altered_subject')
  })
})
