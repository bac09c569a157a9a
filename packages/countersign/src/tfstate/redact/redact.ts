/** The same JSON with every sensitive value masked. Throws TfstateError; `state_opaque` for a body that OpenTofu encrypted. */
export function redactState(_bytes: Uint8Array): Uint8Array {
  throw new Error('not written yet')
}
