/** What can be wrong with a bundle. A caller that guards something treats every one as a denial. */
export type BundleCode = 'unreadable' | 'too_large' | 'bad_manifest' | 'bad_data' | 'bad_policy' | 'outside_roots' | 'conflict' | 'unsigned' | 'bad_signature'

export class BundleError extends Error {
  override readonly name = 'BundleError'
  readonly code: BundleCode

  constructor(code: BundleCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
