/** The browser's side of `#library`: a bundler needs to see static imports. */
import * as edwards from '@noble/curves/ed25519.js'
import * as nist from '@noble/curves/nist.js'
import * as hmac from '@noble/hashes/hmac.js'
import * as legacy from '@noble/hashes/legacy.js'
import * as sha2 from '@noble/hashes/sha2.js'
import * as re2 from 're2js'
import * as yaml from 'yaml'
import type { Libraries } from './libraries.ts'

export const library: Libraries = {
  yaml: () => yaml,
  re2: () => re2,
  sha2: () => sha2,
  legacy: () => legacy,
  hmac: () => hmac,
  nist: () => nist,
  edwards: () => edwards,
}
