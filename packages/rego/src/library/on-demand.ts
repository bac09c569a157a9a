/**
 * The libraries behind rare builtins, loaded when the first call needs them: together they cost more to load than all the rest of the
 * package. ESM cannot load on demand synchronously, so this side of `#library` asks Node's loader; `bundled.ts` is the browser's side.
 */
import { createRequire } from 'node:module'
import type { Libraries } from './libraries.ts'

const require = createRequire(import.meta.url)

export const library: Libraries = {
  yaml: once<ReturnType<Libraries['yaml']>>('yaml'),
  re2: once<ReturnType<Libraries['re2']>>('re2js'),
  sha2: once<ReturnType<Libraries['sha2']>>('@noble/hashes/sha2.js'),
  legacy: once<ReturnType<Libraries['legacy']>>('@noble/hashes/legacy.js'),
  hmac: once<ReturnType<Libraries['hmac']>>('@noble/hashes/hmac.js'),
  nist: once<ReturnType<Libraries['nist']>>('@noble/curves/nist.js'),
  edwards: once<ReturnType<Libraries['edwards']>>('@noble/curves/ed25519.js'),
}

function once<Module>(name: string): () => Module {
  let loaded: Module | undefined
  return () => (loaded ??= require(name) as Module)
}
