/** A state's facts: one walk over the bytes, each instance parsed alone and forgotten. */
import type { JsonObject } from '../../plan/index.ts'
import { isObject } from '../../plan/text/parse.ts'
import { TfstateError } from '../error.ts'
import { Recurrences } from '../redact/recurrences.ts'
import { SecretScan } from '../secrets/scan.ts'
import type { InstanceFact, OutputFact, ReadOptions, StateFacts } from '../shape.ts'
import { imitates, instanceMembers, outputMembers } from '../text/names.ts'
import { eachSlice, parseSlice } from '../text/slice.ts'
import { address } from './address.ts'
import type { Head } from './address.ts'
import { digestWith, instanceContent, outputContent } from './digest.ts'
import { notAState, walkState } from './document.ts'
import type { Document } from './document.ts'

/** The most instances taken. */
export const maxInstances = 500_000

const imitatesInstance = imitates(instanceMembers)
const imitatesOutput = imitates(outputMembers)

export type InstanceVisitor = (instance: JsonObject, address: string, head: Head) => void
export type OutputVisitor = (output: JsonObject, name: string) => void

export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Walks the body and hands on every resource, every instance, parsed, and then every output. Throws TfstateError. */
export function eachPart(buffer: Buffer, visit: { resource?: (head: Head) => void; instance: InstanceVisitor; output: OutputVisitor }): Document {
  let count = 0
  let ordinal = 0
  const document = walkState(buffer, (head, instances) => {
    ordinal++
    count += instances.length / 3
    if (count > maxInstances) throw new TfstateError('state_too_many_instances', `The state has more than ${maxInstances} instances. Split the configuration.`)
    visit.resource?.(head)
    const refuse = (what: string): TfstateError => new TfstateError('state_resource_invalid', `Resource ${ordinal} of the state cannot be read: ${what}.`)
    eachSlice(instances, (from, to, flags) => {
      const instance = parseSlice(buffer, from, to, flags)
      if (!isObject(instance)) throw refuse('one of its instances is no object')
      for (const name in instance) if (imitatesInstance(name)) throw refuse('a member of an instance differs from a known one only in its case')
      const { status } = instance
      if (status !== undefined && status !== null && status !== '' && status !== 'tainted') throw refuse('the status of an instance is not known')
      visit.instance(instance, address.instance(head, instance['index_key'], instance['deposed'], refuse), head)
    })
  })
  eachSlice(document.outputs.slices, (from, to, flags, index) => {
    const output = parseSlice(buffer, from, to, flags)
    if (!isObject(output)) return
    for (const name in output) if (imitatesOutput(name)) throw notAState('a member of an output differs from a known one only in its case')
    visit.output(output, document.outputs.names[index] ?? '')
  })
  return document
}

const providerSource = /provider\["([^"\\]+)"\]/

/** Throws TfstateError. See `ReadOptions` for what the digests are worth without a key. */
export function readState(bytes: Uint8Array, options: ReadOptions = {}): StateFacts {
  const buffer = asBuffer(bytes)
  const digest = digestWith(options.key)
  const scan = new SecretScan()
  const instances: InstanceFact[] = []
  const outputs: OutputFact[] = []
  const providers = new Set<string>()
  const document = eachPart(buffer, {
    resource: (head) => providers.add(providerSource.exec(head.provider)?.[1] ?? head.provider),
    instance(instance, at, head) {
      instances.push({ address: at, digest: digest(instanceContent(head.provider, instance)) })
      scan.instance(at, head.type, head.mode, instance['attributes'] ?? instance['attributes_flat'], instance['sensitive_attributes'])
    },
    output(output, name) {
      const sensitive = output['sensitive'] === true
      outputs.push({ name, sensitive, digest: digest(outputContent(output)) })
      scan.output(name, output['value'], sensitive)
    },
  })
  instances.sort(byAddress)
  for (let i = 1; i < instances.length; i++) {
    if (instances[i]?.address === instances[i - 1]?.address) throw new TfstateError('state_duplicate_address', 'The state holds two instances of the same address.')
  }
  hideRecurrences(scan, instances, outputs, options.key)
  const { opaque, version, lineage, serial, terraformVersion, resources } = document
  return {
    opaque, version, lineage, serial, terraformVersion, resources, instances, outputs: outputs.sort((a, b) => (a.name < b.name ? -1 : 1)),
    providers: [...providers].sort(), secrets: scan.findings, secretsOmitted: scan.omitted,
  }
}

const byAddress = (a: InstanceFact, b: InstanceFact): number => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0)

function hideRecurrences(scan: SecretScan, instances: InstanceFact[], outputs: OutputFact[], key: Uint8Array | undefined): void {
  const hide = new Recurrences(scan.strings, key)
  let changed = false
  for (const instance of instances) {
    const shown = hide.address(instance.address)
    changed ||= shown !== instance.address
    instance.address = shown
  }
  if (changed) instances.sort(byAddress)
  for (const output of outputs) output.name = hide.word(output.name)
  for (const finding of scan.findings) {
    finding.address = hide.address(finding.address)
    finding.path = hide.path(finding.path)
  }
}
