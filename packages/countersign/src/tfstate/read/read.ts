/**
 * A state's facts, in two passes over the bytes. The survey finds everything for which a state is refused, and is all that a client waits
 * for; what the state holds (digests, secrets) is read after it, and takes several times as long.
 */
import type { JsonObject } from '../../plan/index.ts'
import { TfstateError } from '../error.ts'
import { Recurrences } from '../redact/recurrences.ts'
import { SecretScan } from '../secrets/scan.ts'
import type { InstanceFact, OutputFact, ReadOptions, StateFacts, StateHead } from '../shape.ts'
import type { Slices } from '../text/slice.ts'
import type { Head } from './address.ts'
import { digestWith, instanceContent, outputContent } from './digest.ts'
import type { Document } from './document.ts'
import { asBuffer, eachOutput, eachPlace, parseObject } from './parts.ts'

/** Where everything stands: to be given to `factsOf` with the same bytes, and to nobody else. Addresses are as they are in the state. */
export type Survey = { head: StateHead; document: Document; providers: ReadonlySet<string>; addresses: string[]; heads: Head[]; slices: Slices }

const providerSource = /provider\["([^"\\]+)"\]/

/** Throws TfstateError for every state that is none, or none that Terraform would read as we do. */
export function surveyState(bytes: Uint8Array): Survey {
  const addresses: string[] = []
  const heads: Head[] = []
  const slices: Slices = []
  const providers = new Set<string>()
  let outputs = 0
  const document = eachPlace(asBuffer(bytes), {
    resource: (head) => providers.add(providerSource.exec(head.provider)?.[1] ?? head.provider),
    instance(at, head, from, to, flags) {
      addresses.push(at)
      heads.push(head)
      slices.push(from, to, flags)
    },
    output: () => outputs++,
  })
  if (new Set(addresses).size !== addresses.length) throw new TfstateError('state_duplicate_address', 'The state holds two instances of the same address.')
  const { opaque, lineage, serial, resources } = document
  return { head: { opaque, lineage, serial, resources, instances: addresses.length, outputs }, document, providers, addresses, heads, slices }
}

/** See `ReadOptions` for what the digests are worth without a key. */
export function factsOf(bytes: Uint8Array, { document, providers, addresses, heads, slices }: Survey, options: ReadOptions = {}): StateFacts {
  const buffer = asBuffer(bytes)
  const digest = digestWith(options.key)
  const scan = new SecretScan()
  const outputs: OutputFact[] = []
  const instances = addresses.map((at, index): InstanceFact => {
    const instance = parseObject(buffer, slices[3 * index] ?? 0, slices[3 * index + 1] ?? 0, slices[3 * index + 2] ?? 0)
    const head = heads[index]
    if (head === undefined) throw new TypeError('the bytes are not those of the survey')
    scan.instance(at, head.type, head.mode, instance['attributes'] ?? instance['attributes_flat'], instance['sensitive_attributes'])
    return { address: at, digest: digest(instanceContent(head.provider, instance)) }
  })
  eachOutput(buffer, document, (output: JsonObject, name) => {
    const sensitive = output['sensitive'] === true
    outputs.push({ name, sensitive, digest: digest(outputContent(output)) })
    scan.output(name, output['value'], sensitive)
  })
  instances.sort(byAddress)
  hideRecurrences(scan, instances, outputs, options.key)
  const { opaque, version, lineage, serial, terraformVersion, resources } = document
  return {
    opaque, version, lineage, serial, terraformVersion, resources, instances, outputs: outputs.sort((a, b) => (a.name < b.name ? -1 : 1)),
    providers: [...providers].sort(), secrets: scan.findings, secretsOmitted: scan.omitted,
  }
}

/** Both passes. Throws TfstateError. */
export function readState(bytes: Uint8Array, options: ReadOptions = {}): StateFacts {
  return factsOf(bytes, surveyState(bytes), options)
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
