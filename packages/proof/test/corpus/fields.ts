/** Every field under a path, changed one at a time: to another value that its schema allows, left out, and with a stranger beside it. */
import type { Edit, Json, Step } from './edit.ts'

export type FieldCase = { name: string; edits: Edit[] }
export type Depth = 'changed' | 'changed and removed'

/** Another allowed value for a field of a closed set. */
const others: Record<string, Record<string, string>> = {
  action: { 'run.apply': 'run.destroy', 'state.rollback': 'state.restore' },
  scope: { apply: 'destroy' },
  mode: { wrapped: 'agent' },
  derivation: { 'client-claimed': 'agent-derived' },
  enforcement: { advisory: 'credential-gated' },
  name: { terraform: 'tofu' },
  level: { high: 'none' },
  assurance: { aal2: 'aal1' },
  reason: { lost: 'removed' },
  change: { grant: 'remove', added: 'changed', removed: 'changed' },
  role: { self: 'approver', approver: 'self', possession: 'voucher', voucher: 'possession', genesis: 'self' },
  outcome: { applied: 'failed' },
  result: { applied: 'failed' },
  origin: { 'https://countersign.test': 'https://countersign.test.evil.example' },
}

const textual = new Set(['subject', 'envelope', 'leaf', 'details'])
const binary = new Set(['nonce', 'salt', 'signature', 'executor', 'publicKey', 'authenticatorData'])

const nextDigit = (digit: string): string => (digit === '0' ? '1' : '0')

function otherText(name: string, text: string): string {
  const other = others[name]?.[text]
  if (other !== undefined) return other
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return new Date(Date.parse(text) + 1).toISOString()
  if (/^(?:[a-z]{2,8}_)?[0-9a-f]{32,64}$/.test(text)) return text.slice(0, -1) + nextDigit(text.slice(-1))
  return `${text}x`
}

function leafEdits(name: string, value: Json, at: Step[]): { what: string; edit: Edit }[] {
  if (name === 'credential' || name === 'id' || binary.has(name)) {
    if (typeof value === 'string' && /^[A-Za-z0-9_-]{20,}$/.test(value) && !/^[a-z]{2,8}_/.test(value)) {
      const places = name === 'signature' || name === 'publicKey' ? [0, 20, -1] : [0]
      return places.map((place) => ({ what: `byte ${place} changed`, edit: { at: [...at, { as: 'bytes' }, place], xor: 1 } }))
    }
  }
  if (typeof value === 'string') return [{ what: 'changed', edit: { at, set: otherText(name, value) } }]
  if (typeof value === 'number') return [{ what: 'changed', edit: { at, set: value + 1 } }]
  if (typeof value === 'boolean') return [{ what: 'changed', edit: { at, set: !value } }]
  return []
}

const flags: [string, number][] = [['UP', 0x01], ['UV', 0x04], ['BE', 0x08], ['BS', 0x10], ['AT', 0x40], ['ED', 0x80]]

function authenticatorDataCases(name: string, at: Step[]): FieldCase[] {
  const bytes: Step[] = [...at, { as: 'bytes' }]
  return [
    { name: `${name}: a byte of the rpId hash`, edits: [{ at: [...bytes, 5], xor: 1 }] },
    ...flags.map(([flag, bit]) => ({ name: `${name}: the flag ${flag}`, edits: [{ at: [...bytes, 32], xor: bit }] })),
    { name: `${name}: the counter`, edits: [{ at: [...bytes, 36], xor: 1 }] },
  ]
}

const shown = (at: readonly Step[]): string => at.map((step) => (typeof step === 'object' ? '' : `/${step}`)).join('')

/** A signed note is lines, not members. */
function checkpointCases(note: string, at: Step[]): FieldCase[] {
  const [origin = '', size = '', root = '', , line = ''] = note.split('\n')
  const [, name = '', signed = ''] = line.split(' ')
  const bytes = Buffer.from(signed, 'base64')
  const flipped = (index: number): string => Buffer.from(bytes.map((byte, i) => (i === index ? byte ^ 1 : byte))).toString('base64')
  const changes: [string, string, string][] = [
    ['origin changed', origin, `${origin}x`],
    ['origin empty', origin, ''],
    ['size changed', `\n${size}\n`, `\n${Number(size) + 1}\n`],
    ['size with a zero before it', `\n${size}\n`, `\n0${size}\n`],
    ['size negative', `\n${size}\n`, `\n-${size}\n`],
    ['size beyond 2^53', `\n${size}\n`, '\n9007199254740992\n'],
    ['root changed', root, Buffer.alloc(32, 1).toString('base64')],
    ['root in another spelling', root, root.replace('=', '')],
    ['root short', root, 'AAAA'],
    ['an extension line added', '\n\n', '\nextension\n\n'],
    ['an empty line added', '\n\n', '\n\n\n'],
    ['the name of the signer changed', `\u2014 ${name}`, `\u2014 ${name}x`],
    ['the key id changed', signed, flipped(0)],
    ['the first byte of the signature changed', signed, flipped(4)],
    ['the last byte of the signature changed', signed, flipped(67)],
    ['the signature in another spelling', signed, `${signed}=`],
    ['the signature line removed', `${line}\n`, ''],
    ['the last newline removed', `${line}\n`, line],
    ['the signature line twice', `${line}\n`, `${line}\n${line}\n`],
    ['a line of a witness added', `${line}\n`, `${line}\n\u2014 witness.example/w AAAAAAAA\n`],
    ['a line that does not hold, in the same name', `${line}\n`, `${line}\n\u2014 ${name} ${flipped(67)}\n`],
    ['a hyphen for the dash', '\u2014', '-'],
    ['a carriage return', '\n', '\r\n'],
  ]
  return changes.map(([what, from, to]) => ({ name: `${shown(at)}: ${what}`, edits: [{ at, replace: [from, to] }] }))
}

/** `value` is what stands at the path `at` of the document. */
export function fieldCases(value: Json, at: Step[], depth: Depth): FieldCase[] {
  const name = at.findLast((step) => typeof step === 'string') ?? ''
  const here = shown(at)
  if (typeof value === 'string' && (textual.has(name) || (name === 'directory' && value.startsWith('{')))) {
    return [
      { name: `${here} with a space before it`, edits: [{ at, replace: ['{', ' {'] }] },
      ...fieldCases(JSON.parse(value) as Json, [...at, { as: 'json' }], depth),
    ]
  }
  if (typeof value === 'string' && name === 'clientDataJSON') {
    const members = JSON.parse(Buffer.from(value, 'base64url').toString()) as Json
    return fieldCases(members, [...at, { as: 'bytes' }, { as: 'json' }], 'changed and removed')
  }
  if (typeof value === 'string' && value.includes('\n\n')) return checkpointCases(value, at)
  if (typeof value === 'string' && name === 'authenticatorData') return authenticatorDataCases(here, at)
  if (Array.isArray(value)) {
    const cut: FieldCase[] = value.length === 0 ? [] : [{ name: `${here} without its last`, edits: [{ at: [...at, value.length - 1], remove: true }] }]
    return [...value.flatMap((item, i) => fieldCases(item, [...at, i], depth)), ...cut]
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).flatMap(([member, one]) => {
      const path = [...at, member]
      const removed: FieldCase[] = depth === 'changed' ? [] : [{ name: `${shown(path)} removed`, edits: [{ at: path, remove: true }] }]
      return [...fieldCases(one, path, depth), ...removed]
    })
    return [...members, { name: `${here} with an unknown member`, edits: [{ at: [...at, 'unknown'], set: 1 }] }]
  }
  return leafEdits(name, value, at).map(({ what, edit }) => ({ name: `${here} ${what}`, edits: [edit] }))
}
