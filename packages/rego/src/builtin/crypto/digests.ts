/** Digests and message authentication codes. */
import { define } from '../define.ts'
import { stringAt } from '../operand.ts'
import type { Builtin } from '../registry.ts'
import { toHex } from '../text/hex.ts'
import { bytesOf } from '../text/utf8.ts'
import { digest, type HashName, hmac, sameBytes } from './hash.ts'

const hashed = (name: HashName): Builtin =>
  define(`crypto.${name}`, 'string -> string', `the ${name.toUpperCase()} digest, in hexadecimal`, (args, context) => {
    const bytes = bytesOf(stringAt(args, 1))
    context.spend(bytes.length >> 4)
    return toHex(digest(name, bytes))
  })

const authenticated = (name: HashName): Builtin =>
  define(`crypto.hmac.${name}`, 'string, string -> string', `the HMAC of a message with a key, with ${name.toUpperCase()}, in hexadecimal`, (args, context) => {
    const bytes = bytesOf(stringAt(args, 1))
    context.spend(bytes.length >> 4)
    return toHex(hmac(name, bytesOf(stringAt(args, 2)), bytes))
  })

export const digests: readonly Builtin[] = [
  hashed('md5'), hashed('sha1'), hashed('sha256'),
  authenticated('md5'), authenticated('sha1'), authenticated('sha256'), authenticated('sha512'),
  define('crypto.hmac.equal', 'string, string -> boolean', 'the two codes are equal; compared in constant time', (args) => sameBytes(bytesOf(stringAt(args, 1)), bytesOf(stringAt(args, 2)))),
]
