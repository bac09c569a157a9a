/**
 * Makes visible what would deceive a reader of a page or a terminal: control characters, bidirectional controls, zero-width and
 * other invisible characters, blanks that are no space, half characters, as `\u{202E}`. What an attacker controls here is every
 * name and value of a plan. It does not find look-alike letters, and it is no HTML escaping: pages set text, never markup.
 */
const deceiving = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu
const harmless = /^[\x20-\x7e]*$/

/** The same text with every deceiving character written as `\u{HEX}`. With `lines`, line feeds and tabs stay as they are. */
export function escapeText(text: string, options?: { lines?: boolean }): string {
  if (harmless.test(text)) return text
  return text.replace(deceiving, (found) => {
    if (options?.lines === true && (found === '\n' || found === '\t')) return found
    return `\\u{${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}}`
  })
}
