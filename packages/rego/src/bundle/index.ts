/** `@countersign/rego/bundle`: bundles from memory and from disk. */
export { type Bundle, type BundleOptions, type Files, readBundle } from './bundle.ts'
export { type BundleCode, BundleError } from './error.ts'
export { loadBundle, unpack } from './load.ts'
export type { Manifest } from './manifest.ts'
export type { BundleKeys } from './signature.ts'
