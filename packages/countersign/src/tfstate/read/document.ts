/**
 * The structure of a state, walked once: what Terraform itself will read, and nothing that it would read in another way. Outputs and
 * instances are handed on as slices, each resource when all of it was walked; the caller parses one at a time.
 *
 * Two kinds of body are states: version 4, as Terraform writes since 0.12, and what OpenTofu writes when it encrypts: `meta`,
 * `encrypted_data` and `encryption_version` beside lineage and serial. A body that claims to be both is neither.
 */
import type { Json } from '../../plan/index.ts'
import { TfstateError } from '../error.ts'
import { Cursor } from '../text/cursor.ts'
import { imitates, instanceMembers, resourceMembers, stateMembers } from '../text/names.ts'
import { parseSlice, takeSlice } from '../text/slice.ts'
import type { Slices } from '../text/slice.ts'
import { address } from './address.ts'
import type { Head } from './address.ts'

export type Document = {
  opaque: boolean
  version: number
  lineage: string
  serial: number
  terraformVersion: string
  resources: number
  /** Names and slices of the outputs, in the order of the body. */
  outputs: { names: string[]; slices: Slices }
  /** One slice, or none. */
  checks: Slices
}

/** What decides where an instance belongs, and whether it is one. Each of the three as it stands there. */
export type Place = { key: Json | undefined; deposed: Json | undefined; status: Json | undefined; /** One of its members differs from a known one only in its case. */ imitated: boolean }

/** `places` has one for each of `instances`. */
export type ResourceVisitor = (head: Head, instances: Slices, places: readonly Place[]) => void

const longestText = 256
const imitatesState = imitates(stateMembers)
const imitatesResource = imitates(resourceMembers)
const imitatesInstance = imitates(instanceMembers)

export const notAState = (what: string): TfstateError =>
  new TfstateError('state_not_a_state', `This JSON is not a state: ${what}. A state is what terraform state pull prints.`)
const badResource = (ordinal: number, what: string): TfstateError =>
  new TfstateError('state_resource_invalid', `Resource ${ordinal} of the state cannot be read: ${what}.`)

/** Throws TfstateError. `resource` has been called for every resource before something after it is found to be wrong. */
export function walkState(bytes: Buffer, resource: ResourceVisitor): Document {
  const cursor = new Cursor(bytes)
  if (cursor.next() === -1) throw new TfstateError('state_empty', 'The state is empty.')
  if (cursor.next() !== 0x7b) {
    cursor.skip()
    cursor.end()
    throw notAState('it is not an object')
  }
  const found = new Map<string, unknown>()
  const document: Document = { opaque: false, version: 0, lineage: '', serial: -1, terraformVersion: '', resources: 0, outputs: { names: [], slices: [] }, checks: [] }
  cursor.object((name) => {
    if (imitatesState(name)) throw notAState('one of its members differs from a known one only in its case')
    if (name === 'resources') document.resources = walkResources(cursor, resource)
    else if (name === 'outputs') walkOutputs(cursor, document)
    else if (name === 'check_results') takeSlice(cursor, document.checks)
    else found.set(name, scalar(cursor))
    if (name === 'resources' || name === 'outputs') found.set(name, true)
  })
  cursor.end()
  return finish(document, found)
}

/** A short value; anything longer or of another kind is `undefined`, and walked all the same. */
function scalar(cursor: Cursor): unknown {
  const unit = cursor.next()
  const from = cursor.at
  cursor.skip()
  if (unit === 0x7b) return {}
  if (unit === 0x5b) return []
  if (cursor.at - from > longestText * 6) return unit === 0x22 ? null : undefined
  const value: unknown = JSON.parse(cursor.bytes.toString('utf8', from, cursor.at))
  return value
}

function finish(document: Document, found: ReadonlyMap<string, unknown>): Document {
  const encrypted = found.has('encryption_version') || found.has('encrypted_data')
  const plain = ['version', 'terraform_version', 'resources', 'outputs'].some((name) => found.has(name)) || document.checks.length > 0
  if (encrypted && plain) throw notAState('it claims to be encrypted and to be in clear')
  if (encrypted) checkEncrypted(found)
  else {
    if (!found.has('version') && !found.has('lineage') && !found.has('serial')) throw notAState('it has no version, lineage and serial')
    if (found.get('version') !== 4) throw new TfstateError('state_wrong_version', 'The state is not of format version 4, which Terraform and OpenTofu write since 0.12. Let a newer Terraform write it again.')
  }
  const lineage = found.get('lineage')
  if (typeof lineage !== 'string' || lineage === '' || lineage.length > longestText) {
    throw new TfstateError('state_lineage_missing', `The state has no lineage, or one of more than ${longestText} characters. Every state that Terraform wrote has one.`)
  }
  const serial = found.get('serial')
  if (typeof serial !== 'number' || !Number.isSafeInteger(serial) || serial < 0) {
    throw new TfstateError('state_serial_invalid', 'The serial of the state is missing, or no whole number from 0 to 9007199254740991.')
  }
  const written = found.get('terraform_version') ?? ''
  if (typeof written !== 'string' || written.length > longestText) throw notAState('its terraform_version is no short string')
  return { ...document, opaque: encrypted, version: encrypted ? 0 : 4, lineage, serial, terraformVersion: written }
}

function checkEncrypted(found: ReadonlyMap<string, unknown>): void {
  const version = found.get('encryption_version')
  const data = found.get('encrypted_data')
  const meta = found.get('meta')
  // A long string is null here: see `scalar`.
  const isText = found.has('encrypted_data') && (data === null || (typeof data === 'string' && data !== ''))
  if (typeof version !== 'string' || version === '' || !isText || typeof meta !== 'object' || meta === null || Array.isArray(meta)) {
    throw notAState('it claims to be encrypted, and is not of the form that OpenTofu writes')
  }
}

function walkOutputs(cursor: Cursor, document: Document): void {
  if (!cursor.is(0x7b)) throw notAState('its outputs are no object')
  cursor.object((name) => {
    if (!cursor.is(0x7b)) throw notAState('one of its outputs is no object')
    document.outputs.names.push(name)
    takeSlice(cursor, document.outputs.slices)
  })
}

function walkResources(cursor: Cursor, visit: ResourceVisitor): number {
  if (cursor.is(0x6e)) {
    cursor.skip()
    return 0
  }
  if (!cursor.is(0x5b)) throw notAState('its resources are no list')
  let count = 0
  cursor.array(() => walkResource(cursor, ++count, visit))
  return count
}

function walkResource(cursor: Cursor, ordinal: number, visit: ResourceVisitor): void {
  if (!cursor.is(0x7b)) throw badResource(ordinal, 'it is no object')
  const texts = new Map<string, string>()
  const instances: Slices = []
  const places: Place[] = []
  cursor.object((name) => {
    if (imitatesResource(name)) throw badResource(ordinal, 'one of its members differs from a known one only in its case')
    if (name === 'instances') {
      if (!cursor.is(0x5b)) throw badResource(ordinal, 'its instances are no list')
      cursor.array(() => {
        if (!cursor.is(0x7b)) throw badResource(ordinal, 'one of its instances is no object')
        places.push(takeInstance(cursor, instances))
      })
    } else if (cursor.is(0x22)) texts.set(name, cursor.string())
    else cursor.skip()
  })
  visit(address.head(texts, (what) => badResource(ordinal, what)), instances, places)
}

const members = { index_key: 'key', deposed: 'deposed', status: 'status' } as const

/** Walks the instance at the cursor and appends where it is; of its members only these few are parsed. */
function takeInstance(cursor: Cursor, into: Slices): Place {
  const place: Place = { key: undefined, deposed: undefined, status: undefined, imitated: false }
  takeSlice(cursor, into, () => cursor.object((name) => {
    place.imitated ||= imitatesInstance(name)
    const member = Object.hasOwn(members, name) ? members[name as keyof typeof members] : undefined
    if (member === undefined) return cursor.skip()
    const { wide, big } = cursor
    const slice: Slices = []
    takeSlice(cursor, slice)
    place[member] = parseSlice(cursor.bytes, slice[0] ?? 0, slice[1] ?? 0, slice[2] ?? 0)
    cursor.wide ||= wide
    cursor.big ||= big
  }))
  return place
}
