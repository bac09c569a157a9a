/**
 * Strings that look like secrets, though nobody marked them. Three ways to be found: a known shape, a name that says so, and
 * randomness. It finds what is usual, and no more: a password that is an ordinary word, under an ordinary name, is not found.
 */
import { maskedPart } from './marks.ts'
import type { MaskReason } from './marks.ts'

type Shape = { why: MaskReason; pattern: RegExp }

/** In this order: an earlier shape takes the text first. Each is anchored by a literal, so that a scan of megabytes stays cheap. */
const shapes: readonly Shape[] = [
  { why: 'private_key', pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z0-9 ]*-----|$)/g },
  { why: 'private_key', pattern: /PuTTY-User-Key-File-[^]*/g },
  { why: 'private_key', pattern: /AGE-SECRET-KEY-1[0-9A-Z]{20,}/g },
  { why: 'jwt', pattern: /\beyJ[A-Za-z0-9_-]{8,600}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*/g },
  { why: 'aws_key', pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g },
  { why: 'token', pattern: /\bgh[pousr]_[A-Za-z0-9]{16,}|\bgithub_pat_[A-Za-z0-9_]{20,}/g },
  { why: 'token', pattern: /\bgl(?:pat|ptt|dt|rt|cbt|soat|ft|agent|oas|imt)-[A-Za-z0-9_.=-]{16,}|\bGR1348941[A-Za-z0-9_-]{16,}/g },
  { why: 'token', pattern: /\bxox[abceoprsd]-[A-Za-z0-9-]{15,}|\bxapp-[0-9]-[A-Za-z0-9-]{13,}|hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/_-]{16,}/g },
  { why: 'token', pattern: /\b[sr]k_(?:live|test)_[A-Za-z0-9]{12,}|\bwhsec_[A-Za-z0-9+/=]{16,}/g },
  { why: 'token', pattern: /\bAIza[A-Za-z0-9_-]{30,}|\bya29\.[A-Za-z0-9_-]{16,}|\bGOCSPX-[A-Za-z0-9_-]{16,}/g },
  { why: 'token', pattern: /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|\bkey-[0-9a-f]{32}\b|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[A-Za-z0-9_-]{30,}|\bdop_v1_[0-9a-f]{40,}/g },
  { why: 'token', pattern: /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}|\bhv[sbr]\.[A-Za-z0-9_-]{20,}|\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{40,}|\bdapi[0-9a-f]{32}\b|\bcs_(?:at|su|rt)_[A-Za-z0-9_-]{16,}/g },
  { why: 'token', pattern: /\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=[^;"\s]{8,}|[?&]sig=[A-Za-z0-9%+/=_-]{16,}|\bX-Amz-(?:Signature|Security-Token)=[A-Za-z0-9%+/=_-]{8,}/g },
  { why: 'token', pattern: /\b[Bb]earer [A-Za-z0-9._~+/-]{12,}=*|\b[Bb]asic [A-Za-z0-9+/]{12,}=*/g },
  { why: 'url_password', pattern: /(?<=:\/\/)[^\s/:@"'<>]*:[^\s/@"'<>]+(?=@)/g },
  { why: 'named', pattern: /(?<=(?:passwd|password|passphrase|pwd|secret|token|api_?key|apikey|access_?key|secret_?key|private_?key|client_?secret)["']?\s{0,3}[=:]\s{0,3}["']?|--(?:password|token|secret|api-key) )(?!\(masked)[^\s"'&;,$(){}<>][^\s"'&;,<>]{3,}/gi },
]

/** The shortest run of token characters that any token shape needs. Runs are found by skipping, so most of the text is never read. */
const runLength = 20
const anyToken =
  /AGE-SECRET|eyJ|A(?:KIA|SIA|BIA|CCA)[A-Z2-7]|gh[pousr]_|github_pat_|gl[a-z]{2,5}-|GR1348941|xox[abceoprsd]-|xapp-|slack|[sr]k_(?:live|test)_|whsec_|AIza|ya29\.|GOCSPX|SG\.|key-|npm_|pypi-|dop_v1|sk-|hv[sbr]\.|atlasv1|dapi|cs_(?:at|su|rt)_|AccountKey|SharedAccess|sig=|X-Amz-S|[Bb](?:earer|asic) /
const anyShort =
  /:\/\/[^\s/:@"'<>]*:[^\s/@"'<>]+@|(?:pass(?:wd|word|phrase)|pwd|secret|token|api_?key|(?:access|private)_?key)["']?\s{0,3}[=:]\s{0,3}["']?[^\s"'&;,$(){}<>]|--(?:password|token|secret|api-key) /i
const random = /[A-Za-z0-9+/_=-]{24,}/g

/** 0: not of a token; 1: lower case or punctuation; 2: a digit or upper case, which every token has. */
const kinds = new Uint8Array(128)
for (const character of 'abcdefghijklmnopqrstuvwxyz+/_=-') kinds[character.charCodeAt(0)] = 1
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789') kinds[character.charCodeAt(0)] = 2
const kindAt = (text: string, at: number): number => kinds[text.charCodeAt(at)] ?? 0

function someRun(text: string, test: (from: number, to: number) => boolean): boolean {
  let at = runLength - 1
  while (at < text.length) {
    if (kindAt(text, at) === 0) {
      at += runLength
      continue
    }
    let [from, to, telling] = [at, at, false]
    while (from > 0 && kindAt(text, from - 1) !== 0) from--
    for (let kind = kindAt(text, (to = from)); kind !== 0; kind = kindAt(text, ++to)) telling ||= kind === 2
    if (telling && to - from >= runLength && test(from, to)) return true
    at = to + runLength
  }
  return false
}

/** The shortest text that any shape needs. */
const shortest = 9

/** Could this value hold any shape at all? Few do. A false yes only costs time. */
export function mayHoldShape(text: string): boolean {
  if (text.length < shortest) return false
  if (anyShort.test(text)) return true
  if (text.length < runLength) return false
  if (text.includes('PRIVATE KEY') || text.includes('PuTTY-User')) return true
  return someRun(text, (from, to) => anyToken.test(text.slice(Math.max(0, from - 12), to + 1)) || looksRandom(text.slice(from, to)))
}

/** Names under which strings are hidden whole. Hashes and public keys are not among them: a person must see them change. */
const secretName =
  /(?:^|[_\-.\s])(?:passwords?|passwd|passphrase|pwd|secrets?|secret_?(?:string|value|key|text|data)|private_?key(?:_?pem)?|(?:access|auth|api|bearer|refresh|session|id|bot|webhook|registration)_?tokens?|tokens?|api_?keys?|apikeys?|access_?keys?|client_?secrets?|connection_?strings?|master_?key|encryption_?key|signing_?key|shared_?key|psk|credentials?|user_?password)$/i
/** Values under such names that are not secrets but say something about one. */
const harmless = /^(?:true|false|null|none|[0-9]{0,3}|enabled|disabled|optional|required|arn:[^\s]*|projects\/[^\s]*|https:\/\/[^\s@]*\.vault\.azure\.net\/[^\s]*|alias\/[^\s]*)$/

const camel = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
const nameVerdicts = new Map<string, boolean>()

/** True when the name of an attribute, a map's key or a variable says that its value is a secret. */
export function isSecretName(name: string): boolean {
  if (name.length > 200) return false
  const known = nameVerdicts.get(name)
  if (known !== undefined) return known
  const verdict = secretName.test(camel(name))
  if (nameVerdicts.size < 5000) nameVerdicts.set(name, verdict)
  return verdict
}

export const isHarmlessValue = (value: string): boolean => value === '' || harmless.test(value)

/** Under these names random-looking text is expected and public. */
const publicRandom = /(?:hash|sha\d*|md5|etag|digest|checksum|fingerprint|thumbprint|public_?key|certificate|cert|ca_?bundle|arn|self_?link|version_?id|address|url)$/i

/** Random text: long, of several classes of characters that alternate often, of high entropy. Hex, UUIDs and words are not. */
export function looksRandom(text: string): boolean {
  const body = text.replace(/=+$/, '')
  if (body.length < 24 || body.length > 4096 || body.startsWith('AAAA')) return false
  const counts = new Map<number, number>()
  let [upper, lower, digit, alternations, previous] = [0, 0, 0, 0, -1]
  for (let i = 0; i < body.length; i++) {
    const unit = body.charCodeAt(i)
    counts.set(unit, (counts.get(unit) ?? 0) + 1)
    const kind = unit >= 0x61 && unit <= 0x7a ? 0 : unit >= 0x41 && unit <= 0x5a ? 1 : unit >= 0x30 && unit <= 0x39 ? 2 : 3
    if (kind === 0) lower++
    else if (kind === 1) upper++
    else if (kind === 2) digit++
    if (kind !== previous) alternations++
    previous = kind
  }
  if (upper < 2 || lower < 2 || digit < 2 || alternations < body.length * 0.35) return false
  let entropy = 0
  for (const count of counts.values()) entropy -= (count / body.length) * Math.log2(count / body.length)
  return entropy >= Math.min(4.2, 0.88 * Math.log2(body.length))
}

/** The string with every secret-shaped part masked; the reasons are added to `why`. `name` is the attribute it stands under. */
export function maskShapes(text: string, name: string, why: Set<MaskReason>): string {
  let out = text
  for (const shape of shapes) {
    out = out.replace(shape.pattern, (found) => {
      if (shape.why === 'named' && isHarmlessValue(found)) return found
      why.add(shape.why)
      return maskedPart(shape.why)
    })
  }
  if (publicRandom.test(name)) return out
  return out.replace(random, (found) => {
    if (!looksRandom(found)) return found
    why.add('high_entropy')
    return maskedPart('high_entropy')
  })
}
