/** `hcl expand`: resource instances with what is known of them, written one by one: not all of them are ever held. */
import { deepMarks, type EvaluatedBlock, type EvaluatedBody, isWhollyKnown, type Plain, type ResourceInstance, sensitiveMark, toPlain } from '../evaluate/index.ts'
import { hasErrors } from '../syntax/diagnostics.ts'
import type { Range, Source } from '../syntax/source.ts'
import type { Span } from '../syntax/tree.ts'
import { configuration } from './configuration.ts'
import { jsonOf } from './report.ts'
import { UsageError, type Words } from './words.ts'

interface JsonPlace {
  readonly path: string
  readonly range: Range
}

/** An argument: its value, in which `{"unknown": true}` and `{"sensitive": true}` stand for what is not shown, and whether there is any such part. */
interface JsonArgument extends JsonPlace {
  readonly value: Plain
  readonly unknown: boolean
  readonly sensitive: boolean
}

interface JsonBody {
  readonly arguments: Readonly<Record<string, JsonArgument>>
  readonly blocks: readonly JsonBlock[]
}

interface JsonBlock extends JsonBody, JsonPlace {
  readonly type: string
  readonly labels: readonly string[]
  readonly unknown: boolean
}

const place = (source: Source, span: Span): JsonPlace => ({ path: source.name, range: source.range(span) })

function bodyOf(body: EvaluatedBody): JsonBody {
  const set = [...body.arguments.values()].map(({ name, value, argument }): [string, JsonArgument] => [
    name,
    { value: toPlain(value), unknown: !isWhollyKnown(value), sensitive: (deepMarks(value) & sensitiveMark) !== 0, ...place(argument.source, argument.attribute) },
  ])
  return { arguments: Object.fromEntries(set), blocks: body.blocks.map(blockOf) }
}

function blockOf({ type, labels, nested, body, unknown }: EvaluatedBlock): JsonBlock {
  return { type, labels, unknown, ...place(nested.source, nested.block), ...bodyOf(body) }
}

function instanceOf({ address, mode, type, name, key, module, declaration, body }: ResourceInstance): object {
  const { block, source } = declaration
  return { address, mode, type, name, key: typeof key === 'object' && key !== null ? { unknown: true } : key, module: module.address, ...place(source, block), ...bodyOf(body) }
}

/** The command. */
export function expand(words: Words): number {
  const [directory, ...more] = words.rest
  if (directory === undefined || more.length > 0) throw new UsageError('Which directory? One, please.')
  if (!words.flags.has('json')) throw new UsageError('The only form is --json.')
  const { root, diagnostics } = configuration(directory, words)
  root.check()
  let waiting = '{"instances":['
  let first = true
  for (const instance of root.resources()) {
    waiting += `${first ? '' : ','}\n${JSON.stringify(instanceOf(instance))}`
    first = false
    if (waiting.length > 1 << 16) {
      process.stdout.write(waiting)
      waiting = ''
    }
  }
  const all = [...diagnostics, ...root.diagnostics]
  process.stdout.write(`${waiting}\n],"diagnostics":${JSON.stringify(all.map(jsonOf))}}\n`)
  return hasErrors(all) ? 1 : 0
}
