/**
 * The keys of the objects that are open, to refuse one that comes twice. Terraform writes an instance's attributes in order, and keys
 * that ascend cannot repeat: those cost one comparison each. What is not in order is compared with all before it, in a set once there are many.
 */
type Frame = { start: number; ascending: boolean; set: Set<string> | undefined }

/** Up to so many keys are compared one by one. */
const few = 12

export class Keys {
  readonly #bytes: Buffer
  /** From and to of every key of every open object. */
  readonly #ranges: number[] = []
  readonly #frames: Frame[] = []

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  open(): void {
    this.#frames.push({ start: this.#ranges.length, ascending: true, set: undefined })
  }

  close(): void {
    const frame = this.#frames.pop()
    if (frame !== undefined) this.#ranges.length = frame.start
  }

  /** False when the object that was opened last has this key already. `plain`: its bytes are its characters. */
  add(from: number, to: number, plain: boolean): boolean {
    const frame = this.#frames[this.#frames.length - 1]
    if (frame === undefined) return false
    const ranges = this.#ranges
    const count = (ranges.length - frame.start) / 2
    if (plain && frame.ascending && (count === 0 || this.#compare(ranges[ranges.length - 2] ?? 0, ranges[ranges.length - 1] ?? 0, from, to) < 0)) {
      ranges.push(from, to)
      return true
    }
    frame.ascending = false
    if (plain && frame.set === undefined && count <= few) {
      for (let i = frame.start; i < ranges.length; i += 2) if (this.#compare(ranges[i] ?? 0, ranges[i + 1] ?? 0, from, to) === 0) return false
      ranges.push(from, to)
      return true
    }
    const set = (frame.set ??= this.#setOf(frame))
    const key = this.#text(from, to)
    if (set.has(key)) return false
    set.add(key)
    return true
  }

  #setOf(frame: Frame): Set<string> {
    const set = new Set<string>()
    for (let i = frame.start; i < this.#ranges.length; i += 2) set.add(this.#text(this.#ranges[i] ?? 0, this.#ranges[i + 1] ?? 0))
    return set
  }

  #text(from: number, to: number): string {
    const text: unknown = JSON.parse(this.#bytes.toString('utf8', from - 1, to + 1))
    return String(text)
  }

  #compare(aFrom: number, aTo: number, bFrom: number, bTo: number): number {
    const bytes = this.#bytes
    const length = Math.min(aTo - aFrom, bTo - bFrom)
    for (let i = 0; i < length; i++) {
      const difference = (bytes[aFrom + i] as number) - (bytes[bFrom + i] as number)
      if (difference !== 0) return difference
    }
    return aTo - aFrom - (bTo - bFrom)
  }
}
