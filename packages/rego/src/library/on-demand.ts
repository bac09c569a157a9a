/**
 * The libraries behind rare builtins, loaded when the first call needs them: together they cost more to load than all the rest of the
 * package. ESM cannot load on demand synchronously, so this side of `#library` asks Node's loader; `bundled.ts` is the browser's side.
 */
import { createRequire } from 'node:module'
import type { Libraries } from './libraries.ts'

const require = createRequire(import.meta.url)

export const library: Libraries = {
  yaml: once(() => require('yaml') as ReturnType<Libraries['yaml']>),
  re2: once(() => require('re2js') as ReturnType<Libraries['re2']>),
  sha2: once(() => require('@noble/hashes/sha2.js') as ReturnType<Libraries['sha2']>),
  legacy: once(() => require('@noble/hashes/legacy.js') as ReturnType<Libraries['legacy']>),
  hmac: once(() => require('@noble/hashes/hmac.js') as ReturnType<Libraries['hmac']>),
  nist: once(() => require('@noble/curves/nist.js') as ReturnType<Libraries['nist']>),
  edwards: once(() => require('@noble/curves/ed25519.js') as ReturnType<Libraries['edwards']>),
}

function once<Module>(load: () => Module): () => Module {
  let loaded: Module | undefined
  return () => (loaded ??= load())
}
