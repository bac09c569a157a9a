import { aadOf, placeOf, type Context } from './context.ts'
import { elsewhere } from './errors.ts'
import { parseHead, writeHead } from './head.ts'
import type { KeyProvider } from './provider.ts'
import { unwrapKey, wrapKey } from './wrapping.ts'

/** The same data key under the provider's current key. The body stays as it is, and so does everything else in the head. */
export async function rewrap(provider: KeyProvider, context: Context, head: string): Promise<string> {
  const parsed = parseHead(head)
  if (parsed.place !== placeOf(context)) throw elsewhere()
  const aad = aadOf({ context, ...parsed })
  const dataKey = await unwrapKey(provider, parsed, aad)
  try {
    return writeHead({ ...parsed, ...(await wrapKey(provider, dataKey, aad)) })
  } finally {
    dataKey.fill(0)
  }
}
