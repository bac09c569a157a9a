/** `rego builtins`, and the table of the README. */
import { builtins } from '../builtin/index.ts'
import type { Builtin } from '../builtin/registry.ts'
import { languageBuiltins } from '../compile/language.ts'
import { compareStrings } from '../value/index.ts'
import type { Io } from './main.ts'
import { prettyJson } from './render.ts'
import type { Parsed } from './table.ts'

export const allBuiltins = (): readonly Builtin[] =>
  [...new Map([...builtins, ...languageBuiltins]).values()].filter(({ name }) => !name.startsWith('internal.')).sort((a, b) => compareStrings(a.name, b.name))

const typeText = (type: string): string => type.replaceAll('|', ' or ')
const signature = ({ params, result, variadic }: Builtin): string => `(${variadic === true ? 'any...' : params.map(typeText).join(', ')}) → ${typeText(result)}`
const remark = ({ kind, about = '' }: Builtin): string => (kind === 'refused' ? `**refused**: ${about}` : about)

export function builtinTable(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const name = (one: Builtin): string => `\`${one.name}\`${one.infix === undefined ? '' : ` \`${cell(one.infix)}\``}`
  return ['| Builtin | Types | |', '|---|---|---|', ...allBuiltins().map((one) => `| ${name(one)} | ${signature(one)} | ${cell(remark(one))} |`)].join('\n')
}

export function builtinsCommand(options: Parsed, io: Io): number {
  const format = options.one('format')
  if (format === 'markdown') io.out(`${builtinTable()}\n`)
  else if (format === 'json') io.out(`${prettyJson(allBuiltins().map(({ name, params, result, kind, infix, about = '' }) => ({ name, params, result, kind, about, ...(infix === undefined ? {} : { infix }) })))}\n`)
  else for (const one of allBuiltins()) io.out(`${one.name}${signature(one)}\n    ${one.kind === 'refused' ? 'refused: ' : ''}${one.about ?? ''}\n`)
  return 0
}
