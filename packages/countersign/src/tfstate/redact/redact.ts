/**
 * A state to be shown: the same form, with every secret masked. In two walks, because a value may recur before the place that says that
 * it is sensitive: the first collects, the second masks. Members that are not known are left out, and so is `private`, whose content
 * only the provider knows.
 *
 * It takes out what `readState` reports, wherever it recurs, encoded as base64, percent-encoded or escaped as well. It does not take out a secret that
 * nobody marked, in an attribute that no table names, and that looks like any other word.
 */
import type { Json, JsonObject } from '../../plan/index.ts'
import { buildNeedles, buildWordNeedles } from '../../plan/redact/needles.ts'
import { TfstateError } from '../error.ts'
import type { Head } from '../read/address.ts'
import { asBuffer, eachPart } from '../read/parts.ts'
import { walkState } from '../read/document.ts'
import type { Document } from '../read/document.ts'
import { knownSecrets, readMarks } from '../secrets/attributes.ts'
import { SecretScan } from '../secrets/scan.ts'
import { parseSlice } from '../text/slice.ts'
import { StateMasker, writeJson } from './state-masker.ts'
import { Writer } from './writer.ts'

/** Beyond these, searching for each would cost more memory than the state itself. */
const mostSecrets = 50_000
const mostSecretText = 8_000_000

/** Throws TfstateError: as `readState`, `state_opaque` for a body that OpenTofu encrypted, `state_too_many_secrets`. */
export function redactState(bytes: Uint8Array): Uint8Array {
  const buffer = asBuffer(bytes)
  const scan = new SecretScan()
  const document = eachPart(buffer, {
    instance: (instance, at, head) => scan.instance(at, head.type, head.mode, attributesOf(instance), instance['sensitive_attributes']),
    output: (output, name) => scan.output(name, output['value'], output['sensitive'] === true),
  })
  if (document.opaque) throw opaque()
  const masker = new StateMasker(...needlesOf(scan))
  const writer = new Writer(buffer.length)
  writeHead(writer, document)
  writeOutputs(writer, document, buffer, masker)
  writeResources(writer, buffer, masker)
  const [from, to, flags] = document.checks
  const checks = from === undefined || to === undefined ? null : masker.checks(parseSlice(buffer, from, to, flags ?? 0))
  writer.text(`],"check_results":${writeJson(checks)}}\n`)
  return writer.done()
}

export const opaque = (): TfstateError =>
  new TfstateError('state_opaque', 'The state is encrypted by its client: only its lineage and serial can be read here.')

const attributesOf = (instance: JsonObject): Json | undefined => instance['attributes'] ?? instance['attributes_flat']

function needlesOf(scan: SecretScan): [ReturnType<typeof buildNeedles>, ReturnType<typeof buildWordNeedles>] {
  let length = 0
  for (const text of scan.strings) length += text.length
  if (scan.strings.size + scan.numbers.size > mostSecrets || length > mostSecretText) {
    throw new TfstateError('state_too_many_secrets', `The state holds more than ${mostSecrets} secrets, or ${mostSecretText} characters of them: no redacted copy is made of it.`)
  }
  return [buildNeedles(scan.strings, scan.numbers), buildWordNeedles(scan.strings, scan.numbers)]
}

export function writeHead(writer: Writer, document: Document): void {
  const { terraformVersion, serial, lineage } = document
  writer.text(`{"version":4,"terraform_version":${JSON.stringify(terraformVersion)},"serial":${serial},"lineage":${JSON.stringify(lineage)},"outputs":{`)
}

function writeOutputs(writer: Writer, document: Document, buffer: Buffer, masker: StateMasker): void {
  const { names, slices } = document.outputs
  for (const [i, name] of names.entries()) {
    const output = parseSlice(buffer, slices[i * 3] ?? 0, slices[i * 3 + 1] ?? 0, slices[i * 3 + 2] ?? 0)
    writer.text(`${i === 0 ? '' : ','}${JSON.stringify(masker.word(name))}:${writeJson(redactOutput(output, name, masker))}`)
  }
  writer.text('},"resources":[')
}

function redactOutput(output: Json, name: string, masker: StateMasker): JsonObject {
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return {}
  // Hidden as a string, whatever it was: a type names the members of its objects.
  if (output['sensitive'] === true) return { value: masker.hide('.'), type: 'string', sensitive: true }
  return { value: masker.value(output['value'] ?? null, name), type: output['type'] ?? null }
}

function writeResources(writer: Writer, buffer: Buffer, masker: StateMasker): void {
  let first = true
  walkState(buffer, (head, instances) => {
    writer.text(`${first ? '' : ','}${openResource(head, masker)}`)
    first = false
    for (let i = 0; i < instances.length; i += 3) {
      const instance = parseSlice(buffer, instances[i] ?? 0, instances[i + 1] ?? 0, instances[i + 2] ?? 0)
      writer.text(`${i === 0 ? '' : ','}${writeJson(redactInstance(instance, head, masker))}`)
    }
    writer.text(']}')
  })
}

function openResource(head: Head, masker: StateMasker): string {
  const { module, mode, type, name, provider, each } = head
  const members: JsonObject = {
    ...(module === '' ? {} : { module: masker.address(module) }),
    mode, type: masker.word(type), name: masker.word(name),
    ...(each === '' ? {} : { each: masker.word(each) }),
    provider: masker.word(provider),
  }
  return `${JSON.stringify(members).slice(0, -1)},"instances":[`
}

function redactInstance(instance: Json, head: Head, masker: StateMasker): JsonObject {
  const out: JsonObject = {}
  if (typeof instance !== 'object' || instance === null || Array.isArray(instance)) return out
  const known = knownSecrets(head.type, head.mode)
  const marks = readMarks(instance['sensitive_attributes'])
  for (const [name, value] of Object.entries(instance)) {
    if (name === 'attributes' || name === 'attributes_flat') out[name] = masker.value(value, '', known, marks)
    else if (name === 'index_key') out[name] = typeof value === 'string' ? masker.key(value) : value
    else if (name === 'identity') out[name] = masker.value(value)
    else if (name === 'sensitive_attributes') out[name] = masker.paths(value)
    else if (name === 'dependencies') out[name] = Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? masker.address(item) : null)) : null
    else if (name === 'private') out[name] = null
    else if (name === 'schema_version' || name === 'identity_schema_version' || name === 'create_before_destroy' || name === 'status' || name === 'deposed') {
      if (typeof value !== 'object') out[name] = value
    }
  }
  return out
}
