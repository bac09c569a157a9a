/** The templates of `regex.replace`, as Go expands them: `$1`, `${1}`, `$name`, `${name}`, `$$`; the longest name counts. */

export function expand(template: string, groups: readonly (string | undefined)[], names: Readonly<Record<string, number>>): string {
  return template.replace(/\$(?:(\$)|\{(\w+)\}|([\p{L}\p{Nd}_]+))/gu, (_, dollar: string | undefined, braced: string | undefined, bare: string | undefined) => {
    if (dollar !== undefined) return '$'
    const name = braced ?? bare ?? ''
    const index = /^\d+$/.test(name) ? Number(name) : Object.hasOwn(names, name) ? names[name] : undefined
    return index === undefined ? '' : (groups[index] ?? '')
  })
}
