/** The parts of a state, one after another: each resource, each instance parsed alone and forgotten, then the outputs. */
import type { JsonObject } from '../../plan/index.ts'
import { isObject } from '../../plan/text/parse.ts'
import { TfstateError } from '../error.ts'
import { imitates, outputMembers } from '../text/names.ts'
import { eachSlice, parseSlice } from '../text/slice.ts'
import { address } from './address.ts'
import type { Head } from './address.ts'
import { notAState, walkState } from './document.ts'
import type { Document, Place } from './document.ts'

/** The most instances taken. */
export const maxInstances = 500_000

const imitatesOutput = imitates(outputMembers)

/** `from`, `to` and `flags` say where it stands, for `parseSlice`. */
export type PlaceVisitor = (address: string, head: Head, from: number, to: number, flags: number) => void
export type InstanceVisitor = (instance: JsonObject, address: string, head: Head) => void
export type OutputVisitor = (output: JsonObject, name: string) => void

/** Refused: the walk has one for each slice. */
const missing: Place = { key: undefined, deposed: undefined, status: undefined, imitated: true }

export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Walks the body and hands on every instance and every output, parsed. Throws TfstateError. */
export function eachPart(buffer: Buffer, visit: { instance: InstanceVisitor; output: OutputVisitor }): Document {
  const instance: PlaceVisitor = (at, head, from, to, flags) => visit.instance(parseObject(buffer, from, to, flags), at, head)
  return eachPlace(buffer, { instance, output: visit.output })
}

/** The cursor has seen that it is one. */
export function parseObject(buffer: Buffer, from: number, to: number, flags: number): JsonObject {
  const value = parseSlice(buffer, from, to, flags)
  if (!isObject(value)) throw new TypeError('the slice is not one of these bytes')
  return value
}

/** Walks the body and hands on every resource, where each instance is, and then every output, parsed. Throws TfstateError. */
export function eachPlace(buffer: Buffer, visit: { resource?: (head: Head) => void; instance: PlaceVisitor; output: OutputVisitor }): Document {
  let count = 0
  let ordinal = 0
  const document = walkState(buffer, (head, instances, places) => {
    ordinal++
    count += instances.length / 3
    if (count > maxInstances) throw new TfstateError('state_too_many_instances', `The state has more than ${maxInstances} instances. Split the configuration.`)
    visit.resource?.(head)
    const refuse = (what: string): TfstateError => new TfstateError('state_resource_invalid', `Resource ${ordinal} of the state cannot be read: ${what}.`)
    eachSlice(instances, (from, to, flags, index) => {
      const { key, deposed, status, imitated } = places[index] ?? missing
      if (imitated) throw refuse('a member of an instance differs from a known one only in its case')
      if (status !== undefined && status !== null && status !== '' && status !== 'tainted') throw refuse('the status of an instance is not known')
      visit.instance(address.instance(head, key, deposed, refuse), head, from, to, flags)
    })
  })
  eachOutput(buffer, document, visit.output)
  return document
}

/** Throws TfstateError. */
export function eachOutput(buffer: Buffer, { outputs: { names, slices } }: Document, visit: OutputVisitor): void {
  eachSlice(slices, (from, to, flags, index) => {
    const output = parseSlice(buffer, from, to, flags)
    if (!isObject(output)) return
    for (const name in output) if (imitatesOutput(name)) throw notAState('a member of an output differs from a known one only in its case')
    visit(output, names[index] ?? '')
  })
}
