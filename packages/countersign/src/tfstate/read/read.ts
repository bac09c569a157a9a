import type { ReadOptions, StateFacts } from '../shape.ts'

/** Throws TfstateError. */
export function readState(_bytes: Uint8Array, _options: ReadOptions = {}): StateFacts {
  throw new Error('not written yet')
}
