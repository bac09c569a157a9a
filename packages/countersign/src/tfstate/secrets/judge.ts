/**
 * Is this string a secret? One judgement for reporting and for masking: what is reported is masked, and what is masked by its shape or name
 * is reported. The shapes are those of the plan's redaction. Randomness alone is judged more carefully here, because
 * a state holds far more ids, digests and certificates than a plan, and a report that cries wolf is not read.
 */
import { isHarmlessValue, isSecretName, maskShapes, mayHoldShape } from '../../plan/redact/secret-shapes.ts'
import type { MaskReason } from '../../plan/redact/marks.ts'
import type { SecretWhy } from '../shape.ts'

export type Judgement = { why: SecretWhy; kind: string }

const kinds: { readonly [reason in MaskReason]: string } = {
  sensitive: 'value marked sensitive',
  named: 'password or token within a text',
  private_key: 'private key',
  aws_key: 'AWS access key id',
  token: 'access token',
  jwt: 'JSON web token',
  url_password: 'password in a URL',
  high_entropy: 'random text',
  reserved: 'value that imitates a mask',
}

/** In PEM, but public. */
const publicPem = /-----BEGIN ((?:[A-Z0-9]+ )*(?:CERTIFICATE|PUBLIC KEY|CERTIFICATE REQUEST|X509 CRL|DH PARAMETERS|EC PARAMETERS))-----[A-Za-z0-9+/=\s]*-----END \1-----/g
/** Names of what is random, and no secret. */
const publicName =
  /(?:^|[_.-])(?:ids?|uuids?|arns?|names?|etags?|versions?|revisions?|generations?|fingerprints?|thumbprints?|digests?|hash(?:es)?|checksums?|sha(?:1|256|384|512)|md5|serial|nonce|self_links?|endpoints?|uris?|urls?|hostnames?|dns|zone|images?|certificates?|cert|crt|csr|ca|chain|pem|public_?keys?|ssh_?keys?|selectors?|labels?|paths?|keypath|keeper|keepers|triggers?|policy|etag|location|links?)$/i
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi
const address = /\b(?:https?:\/\/[^\s"'@?]*|(?:projects|subscriptions|organizations|folders|resourceGroups)\/[^\s"']*|\/(?:[A-Za-z0-9_.-]+\/)+[A-Za-z0-9_.-]*|sha(?:1|256|384|512)[:-][A-Za-z0-9+/=]+)/g

/** Amazon's names; that of a stored secret has `:secret:` in it. */
const amazonName = /\barn:[a-z-]+:[a-z0-9-]*:[A-Za-z0-9_/:.*+@$-]*/g

/** The text without what is random and public. */
function withoutPublic(text: string): string {
  return text.replace(address, ' ').replace(uuid, ' ')
}

/** `name`: of the attribute, or the key of the map, that the string stands under. Undefined: nothing says that it is one. */
export function judgeString(value: string, name: string): Judgement | undefined {
  if (value === '') return undefined
  if (isSecretName(name) && !isHarmlessValue(value)) return { why: 'name', kind: name.toLowerCase().replace(/[_-]+/g, ' ').slice(0, 60) }
  if (!mayHoldShape(value)) return undefined
  const named = value.includes('arn:') ? value.replace(amazonName, ' ') : value
  const text = named.includes('-----BEGIN ') ? named.replace(publicPem, ' ') : named
  const found = new Set<MaskReason>()
  maskShapes(text, name, found)
  // The id of an access key is its address.
  if (name === 'id') found.delete('aws_key')
  for (const reason of found) if (reason !== 'high_entropy') return { why: 'pattern', kind: kinds[reason] }
  if (!found.has('high_entropy') || publicName.test(name)) return undefined
  found.clear()
  maskShapes(withoutPublic(text), name, found)
  return found.size === 0 ? undefined : { why: 'entropy', kind: kinds.high_entropy }
}
