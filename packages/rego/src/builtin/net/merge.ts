/** `net.cidr_merge`: intervals are joined, then cut into the fewest networks. */
import { first, formatAddress, last, type Network } from './address.ts'

type Interval = { readonly bits: 32 | 128; from: bigint; to: bigint; alone: string | undefined }

/** `alone`: an address without a prefix, which OPA shows as it was where nothing is joined to it. */
export type Given = Network & { readonly alone?: string }

export function merge(networks: readonly Given[]): string[] {
  const sorted = networks.map((one): Interval => ({ bits: one.bits, from: first(one), to: last(one), alone: one.alone === undefined ? undefined : `${one.alone}/${one.prefix}` }))
    .sort((a, b) => a.bits - b.bits || (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  const joined: Interval[] = []
  for (const one of sorted) {
    const before = joined.at(-1)
    if (before !== undefined && before.bits === one.bits && one.from <= before.to + 1n) {
      if (one.to > before.to) before.to = one.to
      before.alone = undefined
    } else joined.push(one)
  }
  return joined.flatMap(networksOf)
}

function networksOf({ bits, from, to, alone }: Interval): string[] {
  if (alone !== undefined) return [alone]
  const out: string[] = []
  for (let start = from; start <= to; ) {
    let size = 0
    while (size < bits && (start & ((2n << BigInt(size)) - 1n)) === 0n && start + (2n << BigInt(size)) - 1n <= to) size++
    out.push(`${formatAddress({ bits, value: start })}/${bits - size}`)
    start += 1n << BigInt(size)
  }
  return out
}
