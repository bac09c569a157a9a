/** Which words are keywords, by version and imports. */
export const always: ReadonlySet<string> = new Set(['as', 'default', 'else', 'false', 'import', 'package', 'not', 'null', 'some', 'true', 'with'])
export const future: ReadonlySet<string> = new Set(['contains', 'every', 'if', 'in'])
export const everyKeyword: ReadonlySet<string> = new Set([...always, ...future])
