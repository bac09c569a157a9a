/** `io.jwt.*`. */
import { get, stringifyJson, toJson, type Value } from '../../value/index.ts'
import { hmac, sameBytes } from '../crypto/hash.ts'
import { readJwks } from '../crypto/jwk.ts'
import type { PrivateKey, Secret } from '../crypto/key.ts'
import { type Algorithm, isAlgorithm, signed, verifies } from '../crypto/signature.ts'
import { define } from '../define.ts'
import { isJson, marshal } from '../json/text.ts'
import { type Args, objectAt, stringAt } from '../operand.ts'
import { type Builtin, type BuiltinContext, BuiltinFault } from '../registry.ts'
import { toBase64 } from '../text/base64.ts'
import { toHex } from '../text/hex.ts'
import { trimmed } from '../text/letters.ts'
import { bytesOf } from '../text/utf8.ts'
import { claimsHold, constraintsOf } from './constraints.ts'
import { candidates, verificationKeys } from './keys.ts'
import { type Claims, claimsOf, fieldsOf, headerOf, namedSignatureOf, payloadOf, signatureOf, signedPart, tokenOf } from './token.ts'

const asymmetric = (['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const).map((algorithm) =>
  define(`io.jwt.verify_${algorithm.toLowerCase()}`, 'string, string -> boolean', `the token's ${algorithm} signature is good, by a certificate, public key or JWKs`, (args, context) => verify(args, algorithm, context)))

const symmetric = (['256', '384', '512'] as const).map((size) =>
  define(`io.jwt.verify_hs${size}`, 'string, string -> boolean', `the token's HS${size} signature is good, by a secret`, (args) => {
    const token = tokenOf(stringAt(args, 1))
    const secret = bytesOf(stringAt(args, 2))
    return sameBytes(signatureOf(token), hmac(`sha${size}`, secret, signedPart(token)))
  }))

export const jwt: readonly Builtin[] = [
  define('io.jwt.decode', 'string -> array', 'header, payload and signature of a token; nothing is verified', (args, context) => decode(stringAt(args, 1), context)),
  ...asymmetric,
  ...symmetric,
  define('io.jwt.decode_verify', 'string, object -> array', 'whether the token meets all constraints, and its header and payload', decodeVerify, { kind: 'query' }),
  define('io.jwt.encode_sign', 'object, object, object -> string', 'a signed token of header, payload and JWK', (args, context) => {
    const [header, payload, key] = [1, 2, 3].map((position) => objectAt(args, position)) as [Claims, Claims, Claims]
    return sign(marshal(toJson(header), context), marshal(toJson(payload), context), stringifyJson(toJson(key)), context)
  }, { kind: 'query' }),
  define('io.jwt.encode_sign_raw', 'string, string, string -> string', 'a signed token of header, payload and JWK, each as JSON', (args, context) => {
    const key = stringAt(args, 3)
    return sign(stringAt(args, 1), stringAt(args, 2), key, context)
  }, { kind: 'query' }),
]

function decode(text: string, context: BuiltinContext): Value {
  context.spend(1 + (text.length >> 4))
  const token = tokenOf(text)
  const header = headerOf(token)
  const payload = payloadOf(token)
  // a token in a token is quoted
  if (get(header, 'cty') === 'JWT') return decode(trimmed(payload, '"\'', true, true), context)
  return [header, claimsOf(payload), toHex(namedSignatureOf(token))]
}

/** What one verification costs, in steps. */
const expensive = 20_000

function verify(args: Args, algorithm: Algorithm, context: BuiltinContext): boolean {
  const token = tokenOf(stringAt(args, 1))
  const keys = verificationKeys(stringAt(args, 2))
  const signature = signatureOf(token)
  const { kid, alg } = fieldsOf(headerOf(token))
  return candidates(keys, kid, alg).some(({ key }) => {
    context.spend(expensive)
    return verifies(algorithm, key, signedPart(token), signature)
  })
}

const refused: Value = [false, {}, {}]

function decodeVerify(args: Args, context: BuiltinContext): Value {
  let text = stringAt(args, 1)
  const constraints = constraintsOf(objectAt(args, 2), context)
  for (;;) {
    const token = tokenOf(text)
    const header = headerOf(token)
    const { alg, kid, cty, understood } = fieldsOf(header)
    if (alg === '' || !understood || (constraints.alg !== '' && constraints.alg !== alg)) return refused
    const signature = signatureOf(token)
    const good = isAlgorithm(alg) && candidates(constraints.keys, kid, alg).some(({ key }) => {
      context.spend(expensive)
      return verifies(alg, key, signedPart(token), signature)
    })
    if (!good) return refused
    const payload = payloadOf(token)
    if (cty.toUpperCase() !== 'JWT') {
      const claims = claimsOf(payload)
      return claimsHold(claims, constraints) ? [true, header, claims] : refused
    }
    text = payload
  }
}

function sign(header: string, payload: string, jwk: string, context: BuiltinContext): Value {
  const [first] = readJwks(jwk)
  if (first === undefined) throw new BuiltinFault('no keys found in JWK set')
  const alg = algorithmIn(header)
  const typ = isJson(header) ? get(claimsOf(header), 'typ') : undefined
  if ((typ === undefined || typ === 'JWT') && !isJson(payload)) throw new BuiltinFault('type is JWT but payload is not JSON')
  const text = `${toBase64(bytesOf(header), 'url', false)}.${toBase64(bytesOf(payload), 'url', false)}`
  context.spend(expensive)
  const made = isPrivate(first.key) ? signed(alg, first.key, bytesOf(text), () => context.random()) : undefined
  if (made === undefined) throw new BuiltinFault(`the key cannot sign with ${alg}`)
  return `${text}.${toBase64(made, 'url', false)}`
}

const isPrivate = (key: { readonly kind: string }): key is PrivateKey | Secret => key.kind === 'secret' || 'd' in key || 'seed' in key

function algorithmIn(header: string): Algorithm {
  const bad = (detail: string): BuiltinFault => new BuiltinFault(`missing or invalid 'alg' header: ${detail}`)
  if (header.trimStart().startsWith('{') && !isJson(header)) throw bad('cannot parse JSON')
  const alg = isJson(header) && header.trimStart().startsWith('{') ? get(claimsOf(header), 'alg') : undefined
  if (typeof alg !== 'string') throw bad('jwsbb: header "alg" not found')
  if (!isAlgorithm(alg)) throw new BuiltinFault(`unknown JWS algorithm: ${alg}`)
  return alg
}
