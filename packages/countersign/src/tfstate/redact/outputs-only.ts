/** A state with the outputs (sensitive ones in clear) and no resources. Throws TfstateError; `state_opaque` for a body that OpenTofu encrypted. */
export function outputsOnly(_bytes: Uint8Array): Uint8Array {
  throw new Error('not written yet')
}
