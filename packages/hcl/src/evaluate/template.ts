/** Templates (hclsyntax/spec.md, "Templates"): parts as text, joined. Of a text that is unknown its beginning may be known. */
import { convert } from '../value/convert.ts'
import { graphemes } from '../function/grapheme.ts'
import { string } from '../value/type.ts'
import { elementsOf, isKnown, text, textOf, unknown, unknownNotNull, unmark, type Value, withMarks } from '../value/value.ts'
import type { Expression, Span, TemplateFor, TemplateIf, TemplatePart } from '../syntax/tree.ts'
import { conditional } from './conditional.ts'
import { attempt, type Context, errors, report } from './context.ts'
import { loopTuple } from './for.ts'

export function template(parts: readonly TemplatePart[], context: Context): Value {
  const before = errors(context)
  let out = ''
  let known = true
  let marks = 0
  for (const part of parts) {
    if (part.kind === 'text') {
      if (known) out += part.value
      continue
    }
    const given = partValue(part, context)
    const place = part.kind === 'interpolation' ? part.value : part
    if (given.data === null) {
      report(context, place, 'Invalid template interpolation value', 'The expression result is null. Cannot include a null value in a string template.')
      continue
    }
    marks |= given.marks
    if (!isKnown(given)) {
      known = false
      continue
    }
    const converted = attempt(() => convert(unmark(given), string))
    if (typeof converted === 'string') report(context, place, 'Invalid template interpolation value', `Cannot include the given value in a string template: ${converted}.`)
    else if (known) out += textOf(converted)
  }
  if (known) return withMarks(text(out), marks)
  const prefix = errors(context) > before ? '' : safePrefix(out)
  return withMarks(prefix === '' ? unknownNotNull(string) : unknown(string, { notNull: true, prefix }), marks)
}

const closed = /[-_:;/\\,.(){}[\]|?!~ \t@#$%^&*+"']$/

/** What follows could still change the last character, unless that is one nothing combines with. */
function safePrefix(known: string): string {
  const start = known.slice(0, 128).normalize('NFC')
  if (start === '' || closed.test(start)) return start
  return graphemes(start).slice(0, -1).join('')
}

function partValue(part: TemplatePart, context: Context): Value {
  switch (part.kind) {
    case 'interpolation':
      return context.evaluate(part.value, context)
    case 'template-if':
      return branch(part, context)
    case 'template-for':
      return loop(part, context)
    default:
      return text(part.value)
  }
}

type Parts = { readonly parts: readonly TemplatePart[] } & Span

function branch(part: TemplateIf, context: Context): Value {
  const either = (one: Parts | Expression, within: Context): Value => ('parts' in one && !('kind' in one) ? template(one.parts, within) : within.evaluate(one, within))
  const span = { start: part.start, end: part.end }
  return conditional({ condition: part.condition, whenTrue: { ...span, parts: part.whenTrue }, whenFalse: { ...span, parts: part.whenFalse ?? [] } }, either, part, context)
}

function loop(part: TemplateFor, context: Context): Value {
  const results = loopTuple({ ...part, condition: null }, (inner) => template(part.parts, inner), context)
  if (results.type.kind !== 'tuple' || !isKnown(results)) return unknown(string)
  let out = ''
  let { marks } = results
  for (const one of elementsOf(results)) {
    if (!isKnown(one)) return withMarks(unknown(string), marks)
    marks |= one.marks
    out += textOf(one)
  }
  return withMarks(text(out), marks)
}
