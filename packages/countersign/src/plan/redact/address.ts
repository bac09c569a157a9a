/**
 * Addresses. Their words are names of the configuration, and stay unless a sensitive value stands in one; what stands in `["..."]` is a key of for_each, which is data and
 * may be a secret, and is masked like a key.
 */
const quotedKey = /\["((?:[^"\\]|\\.)*)"\]/g

/** Undoes the escapes that Terraform writes in a quoted key. */
function unescapeKey(text: string): string {
  try {
    const parsed: unknown = JSON.parse(`"${text}"`)
    return typeof parsed === 'string' ? parsed.replace(/\$\$\{/g, '${').replace(/%%\{/g, '%{') : text
  } catch {
    return text
  }
}

/** The address with every quoted key passed through `key`. */
export function mapAddressKeys(address: string, key: (key: string) => string): string {
  return address.replace(quotedKey, (whole, inner: string) => {
    const plain = unescapeKey(inner)
    const out = key(plain)
    if (out !== plain) return `["${out}"]`
    // The escapes themselves may spell what the plain text does not.
    const asWritten = key(inner)
    return asWritten === inner ? whole : `["${asWritten}"]`
  })
}

/** The address with every word outside of its keys passed through `word`; where a value stands across the dots, all of them together. */
export function mapAddressWords(address: string, word: (word: string) => string): string {
  return address.split(/(\["(?:[^"\\]|\\.)*"\])/).map((part, at) => {
    if (at % 2 === 1) return part
    const mapped = part.split('.').map(word).join('.')
    return mapped === part ? word(part) : mapped
  }).join('')
}
