/**
 * Loops of references, found in the configuration alone: what `count` and `for_each` make of it plays no part. Variables and outputs of called
 * modules are followed one by one, as Terraform does it. Linear in the size of all modules, without recursion.
 */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Source } from '../syntax/source.ts'
import type { Expression, Span, Step } from '../syntax/tree.ts'
import { type Contents, contentsOf, type Declaration } from '../load/declaration.ts'
import type { Module } from '../load/module.ts'
import { problem } from './finding.ts'
import { freeNames } from './references.ts'

type Node = { readonly name: string; readonly source: Source; readonly span: Span; readonly next: () => readonly string[] }

/** Every expression of a body, blocks within it included; what `lifecycle` says are no references. */
function* expressionsOf({ arguments: set, blocks }: Contents): Generator<Expression> {
  for (const { attribute } of set.values()) yield attribute.value
  for (const { type, block, source } of blocks) if (type !== 'lifecycle') yield* expressionsOf(contentsOf(block.body, source, type, []))
}

const attributeName = (step: Step | undefined): string | undefined => (step?.kind === 'get-attribute' ? step.name : step?.key.kind === 'string' ? step.key.value : undefined)

class Graph {
  readonly nodes = new Map<string, Node>()

  /** `gate` is what the whole module waits for: the expansion of the call to it. */
  add(module: Module, gate: string | null): void {
    const at = module.path.length === 0 ? '' : `module.${module.path.join('.module.')}.`
    const enter = (name: string, source: Source, span: Span, expressions: () => Iterable<Expression>, more: readonly string[] = []): void => {
      const next = (): readonly string[] => [...(gate === null ? [] : [gate]), ...more, ...[...expressions()].flatMap((one) => referred(module, at, one))]
      this.nodes.set(`${at}${name}`, { name: `${at}${name}`, source, span, next })
    }
    for (const [name, { attribute, source }] of module.locals) enter(`local.${name}`, source, { start: attribute.start, end: attribute.nameEnd }, () => [attribute.value])
    for (const [name, declaration] of module.outputs) enter(`output.${name}`, declaration.source, header(declaration), () => expressionsOf(declaration))
    for (const [mode, declared] of [['', module.resources], ['data.', module.data], ['ephemeral.', module.ephemerals]] as const) {
      for (const [name, declaration] of declared) enter(`${mode}${name}`, declaration.source, header(declaration), () => expressionsOf(declaration))
    }
    for (const [name, { declaration, module: called }] of module.calls) {
      const expansion = ['count', 'for_each', 'depends_on'].flatMap((one) => declaration.arguments.get(one)?.attribute.value ?? [])
      enter(`module.${name}`, declaration.source, header(declaration), () => expansion)
      if (called === null) continue
      const inner = `${at}module.${name}`
      for (const [variable, own] of called.variables) {
        const argument = declaration.arguments.get(variable)
        const next = (): readonly string[] => [inner, ...(argument === undefined ? [] : referred(module, at, argument.attribute.value))]
        this.nodes.set(`${inner}.var.${variable}`, { name: `${inner}.var.${variable}`, source: argument?.source ?? own.source, span: argument?.attribute ?? header(own), next })
      }
      this.add(called, inner)
    }
  }
}

const header = ({ block }: Declaration): Span => ({ start: block.start, end: block.labels.at(-1)?.end ?? block.typeEnd })

/** The nodes that an expression of a module waits for. Names that mean nothing are passed over: others report them. */
function referred(module: Module, at: string, expression: Expression): string[] {
  return freeNames(expression).flatMap(({ name, steps }): string[] => {
    const [first, second] = [attributeName(steps[0]), attributeName(steps[1])]
    if (first === undefined) return []
    if (name === 'var' || name === 'local') return [`${at}${name}.${first}`]
    if (name === 'module') return fromModule(module, at, first, steps)
    if (name === 'data' || name === 'ephemeral') return [`${at}${name}.${first}.${second ?? ''}`]
    return name === 'resource' ? [`${at}${first}.${second ?? ''}`] : [`${at}${name}.${first}`]
  })
}

function fromModule(module: Module, at: string, name: string, steps: readonly Step[]): string[] {
  const called = module.calls.get(name)?.module
  const outputs = called === undefined || called === null ? [] : [...called.outputs.keys()]
  const wanted = steps.slice(1).map(attributeName).find((one) => one !== undefined && outputs.includes(one))
  return [`${at}module.${name}`, ...(wanted === undefined ? outputs : [wanted]).map((one) => `${at}module.${name}.output.${one}`)]
}

type Frame = { readonly name: string; readonly next: readonly string[]; at: number }

/** Tarjan's algorithm with a stack of its own: sets of nodes that all reach one another, and nodes that refer to themselves. */
function loops(nodes: ReadonlyMap<string, Node>): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const found: string[][] = []
  for (const root of nodes.keys()) {
    if (index.has(root)) continue
    const frames: Frame[] = []
    const enter = (name: string): void => {
      index.set(name, index.size)
      low.set(name, index.get(name) ?? 0)
      open.push(name)
      isOpen.add(name)
      frames.push({ name, next: nodes.get(name)?.next() ?? [], at: 0 })
    }
    enter(root)
    for (let top = frames.at(-1); top !== undefined; top = frames.at(-1)) {
      const next = top.next[top.at++]
      if (next !== undefined) {
        if (!nodes.has(next)) continue
        if (!index.has(next)) enter(next)
        else if (isOpen.has(next)) low.set(top.name, Math.min(low.get(top.name) ?? 0, index.get(next) ?? 0))
        continue
      }
      frames.pop()
      const { name } = top
      const below = frames.at(-1)
      if (below !== undefined) low.set(below.name, Math.min(low.get(below.name) ?? 0, low.get(name) ?? 0))
      if (low.get(name) !== index.get(name)) continue
      const members = open.splice(open.lastIndexOf(name))
      for (const one of members) isOpen.delete(one)
      if (members.length > 1 || top.next.includes(name)) found.push(members)
    }
  }
  return found
}

/** One error for each loop, at the first of its members. */
export function findCycles(module: Module): Diagnostic[] {
  const graph = new Graph()
  graph.add(module, null)
  return loops(graph.nodes).flatMap((members) => {
    const [first] = members
    const node = first === undefined ? undefined : graph.nodes.get(first)
    if (node === undefined) return []
    const detail = members.length === 1 ? `${node.name} refers to itself.` : `Each of these needs the next to be known first: ${members.toReversed().join(', ')}.`
    return [problem(node.source, node.span, 'Cycle', detail)]
  })
}
