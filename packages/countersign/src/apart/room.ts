/**
 * The memory that bodies are received into: how much of it there is at once, over all requests, and in which order it is given. What is
 * larger than all of it has it alone.
 *
 * Memory that threads share is freed when each of them has collected its garbage, which is long after nobody needs it: a second body would
 * find the first one still there. It is used again instead, and given up when none came for a while. What an earlier body left in it is
 * never read: a body is taken when every byte of it was written anew.
 */
/** So many bytes, of whatever content. */
export type Memory = (length: number) => Uint8Array
export type Held = { readonly memory: Memory; /** When nothing reads the bytes any more. */ leave(): void }
export type Room = { enter(bytes: number, signal: AbortSignal): Promise<Held> }
export type RoomOptions = {
  /** All there is. */
  bytes: number
  /** Bodies that wait at most. */
  queue?: number
  errors: { /** Whoever sends it has left. */ left: () => Error; /** One more than may wait. */ full?: () => Error }
}

/** Below this there is nothing to be saved. */
const LARGE = 1 << 20
const KEPT_MS = 30_000

export function createRoom({ bytes, queue = Infinity, errors }: RoomOptions): Room {
  let free = bytes
  const waiting: { wanted: number; go: () => void }[] = []
  const spare = createSpare(bytes)
  const next = (): void => {
    for (let first = waiting[0]; first && first.wanted <= free; first = waiting[0]) {
      waiting.shift()
      free -= first.wanted
      first.go()
    }
  }
  return {
    async enter(asked, signal) {
      if (signal.aborted) throw errors.left()
      if (waiting.length >= queue) throw (errors.full ?? errors.left)()
      const wanted = Math.min(asked, bytes)
      await new Promise<void>((resolve, reject) => {
        const one = { wanted, go: () => { signal.removeEventListener('abort', left); resolve() } }
        const left = (): void => {
          const at = waiting.indexOf(one)
          if (at >= 0) waiting.splice(at, 1)
          reject(errors.left())
          next()
        }
        signal.addEventListener('abort', left, { once: true })
        waiting.push(one)
        next()
      })
      let used: SharedArrayBuffer | null = null
      let held = true
      return {
        memory(length) {
          used = length < LARGE ? null : spare.take(length)
          return new Uint8Array(used ?? new SharedArrayBuffer(length), 0, length)
        },
        leave() {
          if (!held) return
          held = false
          if (used) spare.give(used)
          free += wanted
          next()
        },
      }
    },
  }
}

type Spare = { take(length: number): SharedArrayBuffer; give(buffer: SharedArrayBuffer): void }

function createSpare(most: number): Spare {
  let spare: SharedArrayBuffer[] = []
  let timer: NodeJS.Timeout | undefined
  return {
    take(length) {
      const fitting = spare.filter(({ byteLength }) => byteLength >= length).sort((a, b) => a.byteLength - b.byteLength)[0]
      // One that is too small makes room for a larger one.
      spare = fitting ? spare.filter((one) => one !== fitting) : []
      return fitting ?? new SharedArrayBuffer(length)
    },
    give(buffer) {
      spare.push(buffer)
      while (spare.reduce((sum, { byteLength }) => sum + byteLength, 0) > most) spare.shift()
      clearTimeout(timer)
      timer = setTimeout(() => (spare = []), KEPT_MS)
      timer.unref()
    },
  }
}
