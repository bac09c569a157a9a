/**
 * Verifying a chain of certificates: the first is trusted, the last is in question, those between may help. Clock, names and usages
 * are the caller's. Name constraints are not supported: a certificate that has them is refused as one that was not understood.
 */
import type { Certificate } from './certificate.ts'
import { find, namesIn, unhandled } from './certificate-value.ts'
import { basicConstraintsOf, extendedUsagesOf, keyUsageOf } from './extensions.ts'
import { sameBytes } from './hash.ts'
import { verifySignature } from './algorithms.ts'
import { parseAddress, formatAddress } from '../net/address.ts'

export type ChainOptions = { readonly seconds: number; readonly dnsName?: string; readonly usages?: readonly number[] }

const serverAuth = 1
const longest = 10

/** From leaf to root, or undefined where there is no such way. */
export function verifyChain(certificates: readonly Certificate[], options: ChainOptions): readonly Certificate[] | undefined {
  const [root, ...rest] = certificates
  const leaf = rest.pop()
  if (root === undefined || leaf === undefined || !isTimely(leaf, options) || !namesFit(leaf, options.dnsName)) return undefined
  const chain = extend([leaf], root, rest, options)
  const usages = options.usages ?? [serverAuth]
  return chain !== undefined && (usages.includes(0) || usages.some((usage) => chain.every((one) => allows(one, usage)))) ? chain : undefined
}

function extend(chain: readonly Certificate[], root: Certificate, others: readonly Certificate[], options: ChainOptions): readonly Certificate[] | undefined {
  const last = chain.at(-1) as Certificate
  if (chain.length > longest) return undefined
  if (sameBytes(last.raw, root.raw)) return chain
  for (const issuer of [root, ...others]) {
    if (chain.includes(issuer) || !hasIssued(issuer, last, chain.length - 1) || !isTimely(issuer, options)) continue
    const found = issuer === root ? [...chain, root] : extend([...chain, issuer], root, others.filter((one) => one !== issuer), options)
    if (found !== undefined) return found
  }
  return undefined
}

function isTimely(one: Certificate, { seconds }: ChainOptions): boolean {
  return one.from <= seconds && seconds <= one.to && unhandled(one.extensions).length === 0 && find(one.extensions, '2.5.29.30') === undefined
}

const certSign = 1 << 5

function hasIssued(issuer: Certificate, subject: Certificate, below: number): boolean {
  if (!sameBytes(issuer.subject.raw, subject.issuer.raw)) return false
  const constraints = find(issuer.extensions, '2.5.29.19')
  const basic = constraints === undefined ? undefined : basicConstraintsOf(constraints)
  if (issuer.version === 3 && basic?.isCa !== true) return false
  if (basic !== undefined && basic.longest >= 0 && below > basic.longest) return false
  const usage = find(issuer.extensions, '2.5.29.15')
  if (usage !== undefined && (keyUsageOf(usage) & certSign) === 0) return false
  return verifySignature(subject.algorithm, subject.parameters, issuer.key, subject.signedPart, subject.signature)
}

/** A certificate without the extension may be used for everything. */
function allows(one: Certificate, usage: number): boolean {
  const value = find(one.extensions, '2.5.29.37')
  if (value === undefined) return true
  const { known } = extendedUsagesOf(value)
  return known.includes(0) || known.includes(usage)
}

function namesFit(leaf: Certificate, wanted: string | undefined): boolean {
  if (wanted === undefined || wanted === '') return true
  const names = namesIn(leaf.extensions)
  const address = parseAddress(wanted.replace(/^\[(.*)\]$/, '$1'))
  if (address !== undefined) return names.ip.includes(formatAddress(address))
  const host = wanted.toLowerCase().replace(/\.$/, '').split('.')
  return names.dns.some((name) => {
    const labels = name.toLowerCase().replace(/\.$/, '').split('.')
    return labels.length === host.length && labels.every((label, index) => label === host[index] || (index === 0 && label === '*' && labels.length > 1))
  })
}
