/**
 * Where key-encryption keys live. The port is small so that a KMS can stand behind it: the data key goes in, something wrapped comes
 * out, and the key itself never has to be here. `packages/countersign/test/platform/envelope/compliance.ts` tests what is promised.
 *
 * Every provider must: wrap so that `unwrap` succeeds only with the same key id, wrapped bytes and `aad`; answer different bytes for each
 * call of `wrap`; go on unwrapping with every key that it has not removed; fail with EnvelopeError, `envelope_key_missing` for an id it
 * does not know, `envelope_edited` for bytes or `aad` that do not hold, `envelope_key_unavailable` for an outage; and put no key and
 * no data key into an error.
 */
export interface KeyProvider {
  /** In words, for status and logs: `file`, `passphrase`. */
  readonly kind: string
  /** Id of the key that `wrap` takes, as far as is known here; "" before the first. At most 200 printable ASCII characters. */
  current(): string
  /** Looks again: another process may have made a newer key or removed an old one. */
  refresh(): Promise<void>
  /** @param dataKey 32 bytes */
  wrap(dataKey: Uint8Array, aad: Uint8Array): Promise<{ key: string; wrapped: Uint8Array }>
  /** Answers an array of its own each time: the caller wipes it. */
  unwrap(key: string, wrapped: Uint8Array, aad: Uint8Array): Promise<Uint8Array>
}
