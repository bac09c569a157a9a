/** What both sides of `#library` offer: each function returns a loaded module. */
import type * as edwards from '@noble/curves/ed25519.js'
import type * as nist from '@noble/curves/nist.js'
import type * as hmac from '@noble/hashes/hmac.js'
import type * as legacy from '@noble/hashes/legacy.js'
import type * as sha2 from '@noble/hashes/sha2.js'
import type * as re2 from 're2js'
import type * as yaml from 'yaml'

export type Libraries = {
  readonly yaml: () => typeof yaml
  readonly re2: () => typeof re2
  readonly sha2: () => typeof sha2
  readonly legacy: () => typeof legacy
  readonly hmac: () => typeof hmac
  readonly nist: () => typeof nist
  readonly edwards: () => typeof edwards
}
