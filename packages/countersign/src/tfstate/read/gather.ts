/**
 * What a state holds, gathered instance by instance. Of a large state that is half a million addresses and digests, and as many objects of
 * them would take more memory than the state: digests stand in one buffer, the order in a list of numbers, and an object is made of an
 * instance when it is asked for.
 */
import type { JsonObject } from '../../plan/index.ts'
import { Recurrences } from '../redact/recurrences.ts'
import { Writer } from '../redact/writer.ts'
import { SecretScan } from '../secrets/scan.ts'
import type { InstanceFact, OutputFact, ReadOptions, StateFacts } from '../shape.ts'
import { DIGEST, digestWith, instanceContent, outputContent } from './digest.ts'
import { eachOutput, parseObject } from './parts.ts'
import type { Survey } from './read.ts'

/** `instance`: in the order of the addresses. `characters`: of all addresses. */
export type Gathered = { others: Omit<StateFacts, 'instances'>; instances: number; instance: (index: number) => InstanceFact; characters: number }

export function gather(buffer: Buffer, { document, providers, addresses, heads, slices }: Survey, options: ReadOptions): Gathered {
  const digest = digestWith(options.key)
  const scan = new SecretScan()
  const outputs: OutputFact[] = []
  const digests = Buffer.allocUnsafeSlow(addresses.length * DIGEST)
  for (const [index, address] of addresses.entries()) {
    const instance = parseObject(buffer, slices[3 * index] ?? 0, slices[3 * index + 1] ?? 0, slices[3 * index + 2] ?? 0)
    const head = heads[index]
    if (head === undefined) throw new TypeError('the bytes are not those of the survey')
    scan.instance(address, head.type, head.mode, instance['attributes'] ?? instance['attributes_flat'], instance['sensitive_attributes'])
    digests.write(digest(instanceContent(head.provider, instance)), index * DIGEST, 'latin1')
  }
  eachOutput(buffer, document, (output: JsonObject, name) => {
    const sensitive = output['sensitive'] === true
    outputs.push({ name, sensitive, digest: digest(outputContent(output)) })
    scan.output(name, output['value'], sensitive)
  })
  const { opaque, version, lineage, serial, terraformVersion, resources } = document
  const { shown, order } = hideRecurrences(scan, addresses, outputs, options.key)
  outputs.sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    others: { opaque, version, lineage, serial, terraformVersion, resources, outputs, providers: [...providers].sort(), secrets: scan.findings, secretsOmitted: scan.omitted },
    instances: addresses.length,
    characters: shown.reduce((sum, { length }) => sum + length, 0),
    instance(index) {
      const at = order[index] ?? 0
      return { address: shown[at] ?? '', digest: digests.toString('latin1', at * DIGEST, (at + 1) * DIGEST) }
    },
  }
}

/** Also in `outputs` and in what was found. Takes the strings of the scan over. */
function hideRecurrences(scan: SecretScan, addresses: readonly string[], outputs: OutputFact[], key: Uint8Array | undefined): { shown: readonly string[]; order: Uint32Array } {
  const hide = new Recurrences(scan.strings, key)
  const order = sorted(addresses)
  let changed: string[] | null = null
  for (const at of order) {
    const address = addresses[at] ?? ''
    const shown = hide.address(address)
    if (shown === address) continue
    changed ??= [...addresses]
    changed[at] = shown
  }
  for (const output of outputs) output.name = hide.word(output.name)
  for (const finding of scan.findings) {
    finding.address = hide.address(finding.address)
    finding.path = hide.path(finding.path)
  }
  return changed ? { shown: changed, order: sorted(changed, order) } : { shown: addresses, order }
}

/** Which one comes when: of equal ones, the one that `before` has first. */
function sorted(texts: readonly string[], before: Uint32Array = Uint32Array.from(texts.keys())): Uint32Array {
  return before.sort((a, b) => {
    const [one, other] = [texts[a] ?? '', texts[b] ?? '']
    return one < other ? -1 : one > other ? 1 : 0
  })
}

export function factsFrom({ others, instances, instance }: Gathered): StateFacts {
  return { ...others, instances: Array.from({ length: instances }, (_, index) => instance(index)) }
}

/** What stands around address and digest of one. */
const AROUND = 32

/** The JSON of `factsFrom`, in memory of its own, which can be handed over. */
export function writtenFrom({ others, instances, instance, characters }: Gathered): { json: Uint8Array; secrets: number } {
  const { outputs, providers, secrets, secretsOmitted, ...first } = others
  const writer = new Writer(characters + instances * (DIGEST + AROUND))
  writer.text(`${JSON.stringify(first).slice(0, -1)},"instances":[`)
  for (let index = 0; index < instances; index++) writer.text(`${index === 0 ? '' : ','}${JSON.stringify(instance(index))}`)
  writer.text(`],${JSON.stringify({ outputs, providers, secrets, secretsOmitted }).slice(1)}`)
  return { json: writer.done(), secrets: secrets.length + secretsOmitted }
}
