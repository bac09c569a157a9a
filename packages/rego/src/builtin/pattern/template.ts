/** Templates of `regex.template_match`: plain text with patterns between delimiters, anchored at both ends. */
import { BuiltinFault } from '../registry.ts'

export function templatePattern(template: string, open: string, close: string): string {
  let pattern = '^'
  let from = 0
  for (let at = 0, depth = 0, start = 0; at < template.length; at++) {
    const character = template[at]
    if (character === open) {
      if (depth++ === 0) start = at
    } else if (character === close) {
      if (--depth < 0) throw unbalanced(template)
      if (depth > 0) continue
      pattern += `${quoted(template.slice(from, start))}(${template.slice(start + 1, at)})`
      from = at + 1
    }
    if (at === template.length - 1 && depth > 0) throw unbalanced(template)
  }
  return `${pattern}${quoted(template.slice(from))}$`
}

const quoted = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')

const unbalanced = (template: string): BuiltinFault => new BuiltinFault(`unbalanced braces in ${JSON.stringify(template)}`)
