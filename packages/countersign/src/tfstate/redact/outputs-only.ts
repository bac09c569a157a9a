/**
 * A state with the outputs and no resources: what `terraform output` and `terraform_remote_state` need of it. Sensitive outputs are in clear,
 * because that is what is asked for. The bytes of the outputs are those of the body.
 */
import { walkState } from '../read/document.ts'
import { asBuffer } from '../read/parts.ts'
import { opaque, writeHead } from './redact.ts'
import { Writer } from './writer.ts'

/** Throws TfstateError: as `readState`, and `state_opaque` for a body that OpenTofu encrypted. */
export function outputsOnly(bytes: Uint8Array): Uint8Array {
  const buffer = asBuffer(bytes)
  const document = walkState(buffer, () => undefined)
  if (document.opaque) throw opaque()
  const { names, slices } = document.outputs
  const writer = new Writer(4096)
  writeHead(writer, document)
  for (const [i, name] of names.entries()) {
    writer.text(`${i === 0 ? '' : ','}${JSON.stringify(name)}:`)
    writer.slice(buffer.subarray(slices[i * 3] ?? 0, slices[i * 3 + 1] ?? 0))
  }
  writer.text('},"resources":[],"check_results":null}\n')
  return writer.done()
}
