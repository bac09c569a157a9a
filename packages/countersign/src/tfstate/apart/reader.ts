import type { ReadOptions, StateFacts } from '../shape.ts'

export type StateReaderOptions = {
  /** Threads at most: 1 or 2. Default 1. */
  threads?: number
  /** Requests that wait at most; one more is refused with `state_reader_busy`. Default 64. */
  queue?: number
}

/** Bodies over a SharedArrayBuffer are not copied. Others are copied into one: the caller's buffer stays the caller's. */
export type StateReader = {
  read(bytes: Uint8Array, options?: ReadOptions): Promise<StateFacts>
  redact(bytes: Uint8Array): Promise<Uint8Array>
  outputs(bytes: Uint8Array): Promise<Uint8Array>
  /** Ends the threads; what waits is rejected with `state_reader_closed`. */
  close(): Promise<void>
}

export function createStateReader(_options: StateReaderOptions = {}): StateReader {
  throw new Error('not written yet')
}
