/** Cases that do not pass, each with its reason. Only ever take from this list. */
export const exceptions: readonly { readonly note: string; readonly reason: string }[] = [
  { note: 'invalidkeyerror/invalid keys', reason: 'calls http.send, which is refused' },
  { note: 'invalidkeyerror/missing keys', reason: 'calls http.send, which is refused' },
  { note: 'withkeyword/builtin-builtin: arity 0', reason: 'opa.runtime is refused, also as a replacement' },
]
