/** Values and types as `terraform console` prints them. */
import { numberText, type Num } from './number.ts'
import { quoteGo } from './quote.ts'
import { nameOf, type Type } from './type.ts'
import { elementsOf, ephemeralMark, membersOf, sensitiveMark, Unknown, type Value } from './value.ts'

/** `indent` is how many spaces stand before the line on which the value begins. */
export function display(value: Value, indent = 0): string {
  if ((value.marks & ephemeralMark) !== 0) return (value.marks & sensitiveMark) !== 0 ? '(sensitive value)' : '(ephemeral value)'
  if (value.data instanceof Unknown) return '(known after apply)'
  if ((value.marks & sensitiveMark) !== 0) return '(sensitive value)'
  if (value.data === null) return displayNull(value.type)
  switch (value.type.kind) {
    case 'string':
      return multiline(value.data as string, indent) ?? quoteGo(value.data as string)
    case 'number':
      return numberText(value.data as Num)
    case 'bool':
      return value.data === true ? 'true' : 'false'
    case 'object':
      return mapping(value, indent)
    case 'map':
      return `tomap(${mapping(value, indent)})`
    case 'tuple':
      return sequence(value, indent)
    default:
      return `to${value.type.kind}(${sequence(value, indent)})`
  }
}

function displayNull(type: Type): string {
  switch (type.kind) {
    case 'any':
      return 'null'
    case 'string':
    case 'number':
    case 'bool':
      return `to${type.kind}(null)`
    case 'list':
    case 'set':
    case 'map':
      return `to${type.kind}(null) /* of ${nameOf(type.element)} */`
    default:
      return `null /* ${nameOf(type)} */`
  }
}

function multiline(text: string, indent: number): string | undefined {
  const lines = text.split('\n')
  if (lines.length < 2) return undefined
  let delimiter = 'EOT'
  while (lines.some((line) => line.trim() === delimiter)) delimiter += '_'
  const pad = ' '.repeat(indent)
  return [`${indent > 0 ? '<<-' : '<<'}${delimiter}`, ...lines.map((line) => pad + line), pad + delimiter].join('\n')
}

function enclosed(open: string, lines: readonly string[], close: string, indent: number): string {
  return lines.length === 0 ? open + close : `${open}\n${lines.map((line) => ' '.repeat(indent + 2) + line).join('\n')}\n${' '.repeat(indent)}${close}`
}

function mapping(value: Value, indent: number): string {
  const lines = [...membersOf(value)].map(([key, one]) => `${multiline(key, indent + 2) ?? quoteGo(key)} = ${display(one, indent + 2)}`)
  return enclosed('{', lines, '}', indent)
}

function sequence(value: Value, indent: number): string {
  return enclosed('[', elementsOf(value).map((one) => `${display(one, indent + 2)},`), ']', indent)
}

/** A type as the console's `type()` prints it: members of structures on lines of their own. */
export function displayType(type: Type, indent = 0): string {
  const pad = ' '.repeat(indent + 4)
  switch (type.kind) {
    case 'any':
      return 'dynamic'
    case 'list':
    case 'set':
    case 'map':
      // structures take lines of their own, and what holds them shows as a level of its own
      if (type.element.kind !== 'object' && type.element.kind !== 'tuple') return `${type.kind}(${displayType(type.element, indent)})`
      return `${type.kind}(\n${pad}${displayType(type.element, indent + 4)},\n${' '.repeat(indent)})`
    case 'tuple':
      if (type.elements.length === 0) return 'tuple([])'
      return `tuple([\n${type.elements.map((one) => `${pad}${displayType(one, indent + 4)},\n`).join('')}${' '.repeat(indent)}])`
    case 'object':
      if (type.attributes.size === 0) return 'object({})'
      return `object({\n${[...type.attributes].map(([name, one]) => `${pad}${name}: ${displayType(one, indent + 4)},\n`).join('')}${' '.repeat(indent)}})`
    default:
      return type.kind
  }
}
