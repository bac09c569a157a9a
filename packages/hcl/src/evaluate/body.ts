/** The arguments and blocks of a body with their values, `dynamic` blocks expanded (Terraform's `dynamic` blocks). */
import { text, count, dynamic, elementsOf, isKnown, membersOf, object, sensitiveMark, unknown, type Value } from '../value/value.ts'
import { any, nameOf } from '../value/type.ts'
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Span } from '../syntax/tree.ts'
import { type Argument, type Contents, contentsOf, type Nested } from '../load/declaration.ts'
import type { Bindings } from './context.ts'
import { problem } from './finding.ts'

/** An argument with its value and the place where it is written. */
export type EvaluatedArgument = { readonly name: string; readonly value: Value; readonly argument: Argument }

/** A block; `unknown` when it stands for any number of blocks that a `dynamic` block makes of something unknown. */
export type EvaluatedBlock = { readonly type: string; readonly labels: readonly string[]; readonly nested: Nested; readonly body: EvaluatedBody; readonly unknown: boolean }
/** The arguments of a body by name, and its blocks in order. */
export type EvaluatedBody = { readonly arguments: ReadonlyMap<string, EvaluatedArgument>; readonly blocks: readonly EvaluatedBlock[] }

/** Names that `dynamic` blocks bind. */
export type Iterators = Bindings
export type EvaluateArgument = (argument: Argument, iterators: Iterators) => Value

/** Arguments that are not values but say how a block is treated. */
export const metaArguments: ReadonlySet<string> = new Set(['count', 'for_each', 'depends_on', 'provider', 'providers'])
const metaBlocks: ReadonlySet<string> = new Set(['lifecycle'])
const mostBlocks = 10_000

/** `left out` names the arguments that are not evaluated. */
export function evaluateBody(contents: Contents, evaluate: EvaluateArgument, diagnostics: Diagnostic[], leftOut: ReadonlySet<string> = metaArguments, iterators: Iterators = null): EvaluatedBody {
  const values = new Map<string, EvaluatedArgument>()
  for (const [name, argument] of contents.arguments) if (!leftOut.has(name)) values.set(name, { name, value: evaluate(argument, iterators), argument })
  const blocks: EvaluatedBlock[] = []
  for (const nested of contents.blocks) {
    if (nested.type === 'dynamic' && nested.labels.length === 1) expandDynamic(nested, evaluate, diagnostics, iterators, blocks)
    else blocks.push(oneBlock(nested.type, nested, evaluate, diagnostics, iterators, false))
  }
  return { arguments: values, blocks }
}

const none: ReadonlySet<string> = new Set()
const empty: EvaluatedBody = { arguments: new Map(), blocks: [] }
const contents = new WeakMap<Nested, Contents>()

/** Read once, although every instance of a resource asks. */
function contentsFor(nested: Nested, type: string, diagnostics: Diagnostic[]): Contents {
  const known = contents.get(nested)
  if (known !== undefined) return known
  const read = contentsOf(nested.block.body, nested.source, type, diagnostics)
  contents.set(nested, read)
  return read
}

function oneBlock(type: string, nested: Nested, evaluate: EvaluateArgument, diagnostics: Diagnostic[], iterators: Iterators, open: boolean): EvaluatedBlock {
  const body = metaBlocks.has(type) ? empty : evaluateBody(contentsFor(nested, type, diagnostics), evaluate, diagnostics, none, iterators)
  return { type, labels: nested.type === 'dynamic' ? [] : nested.labels, nested, body, unknown: open }
}

function expandDynamic(nested: Nested, evaluate: EvaluateArgument, diagnostics: Diagnostic[], iterators: Iterators, into: EvaluatedBlock[]): void {
  const type = nested.labels[0] ?? ''
  const inner = contentsFor(nested, 'dynamic', diagnostics)
  const wrong = (span: Span, summary: string, detail: string): void => {
    diagnostics.push(problem(nested.source, span, summary, detail))
  }
  const forEach = inner.arguments.get('for_each')
  const content = inner.blocks.find((one) => one.type === 'content')
  if (forEach === undefined || content === undefined) {
    wrong(nested.block, 'Invalid dynamic block', `A dynamic block needs the ${forEach === undefined ? 'argument "for_each"' : 'block "content"'}.`)
    return
  }
  const iteratorNode = inner.arguments.get('iterator')?.attribute.value
  const name = iteratorNode?.kind === 'traversal' ? iteratorNode.name : iteratorNode?.kind === 'string' ? iteratorNode.value : type
  const make = (key: Value, value: Value, open: boolean): void => {
    const bound: Iterators = { name, value: object([['key', key], ['value', value]]), next: iterators }
    into.push({ ...oneBlock(type, content, evaluate, diagnostics, bound, open), labels: [] })
  }
  const each = evaluate(forEach, iterators)
  const at = forEach.attribute.value
  if (each.data === null) return wrong(at, 'Invalid dynamic for_each value', 'Cannot use a null value in for_each.')
  if (!isKnown(each) || each.type.kind === 'any') return make(unknown(any), dynamic, true)
  if (each.type.kind === 'string' || each.type.kind === 'number' || each.type.kind === 'bool') return wrong(at, 'Invalid dynamic for_each value', `Cannot use a ${nameOf(each.type)} value in for_each. An iterable collection is required.`)
  if ((each.marks & sensitiveMark) !== 0) wrong(at, 'Invalid dynamic for_each value', 'Cannot use a sensitive value in for_each: how many blocks there are would give it away.')
  const pairs: Iterable<readonly [Value, Value]> =
    each.data instanceof Map ? [...membersOf(each)].map(([key, one]) => [text(key), one] as const) : elementsOf(each).map((one, i) => [each.type.kind === 'set' ? one : count(i), one] as const)
  let made = 0
  for (const [key, value] of pairs) {
    if (++made > mostBlocks) {
      diagnostics.push(problem(nested.source, at, 'Too many blocks', `Only the first ${mostBlocks} blocks are looked at.`, 'warning'))
      return
    }
    make(key, value, false)
  }
}

