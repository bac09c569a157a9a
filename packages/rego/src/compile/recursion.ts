/** No rule may depend on itself, over whatever way. What a reference with variables in it may reach counts as reached. */
import type { Clause, Expression, Replacement, RuleNode, RuleProgram } from './program.ts'
import type { Tree } from './module.ts'

/** Every node whose rules an expression path may evaluate. */
function reach(tree: Tree, path: readonly Expression[], found: Set<RuleNode>): void {
  const descend = (node: RuleNode, depth: number): void => {
    if (node.kind !== undefined) found.add(node)
    if (node.kind !== undefined && node.kind !== 'object') return
    const key = path[depth]
    if (key !== undefined && key.kind === 'value') {
      const next = typeof key.value === 'string' ? node.children.get(key.value) : undefined
      if (next !== undefined) descend(next, depth + 1)
      return
    }
    for (const child of node.children.values()) descend(child, depth + 1)
  }
  descend(tree.root, 0)
}

function inExpression(tree: Tree, one: Expression, found: Set<RuleNode>): void {
  switch (one.kind) {
    case 'data':
      reach(tree, one.path, found)
      for (const key of one.path) inExpression(tree, key, found)
      return
    case 'input':
      for (const key of one.path) inExpression(tree, key, found)
      return
    case 'path':
      inExpression(tree, one.base, found)
      for (const key of one.path) inExpression(tree, key, found)
      return
    case 'array':
    case 'set':
      for (const item of one.items) inExpression(tree, item, found)
      return
    case 'object':
      for (const pair of one.pairs) for (const side of pair) inExpression(tree, side, found)
      return
    case 'call':
      if (one.callee.kind === 'function') found.add(one.callee.node)
      for (const arg of one.args) inExpression(tree, arg, found)
      return
    case 'each':
      if (one.key !== undefined) inExpression(tree, one.key, found)
      inExpression(tree, one.value, found)
      for (const clause of one.body) inClause(tree, clause, found)
      return
    case 'template':
      for (const part of one.parts) if (typeof part !== 'string') inExpression(tree, part, found)
      return
    case 'value':
    case 'variable':
  }
}

function inReplacement(tree: Tree, one: Replacement, found: Set<RuleNode>): void {
  inExpression(tree, one.value, found)
  if (one.function?.kind === 'function') found.add(one.function.node)
}

function inClause(tree: Tree, clause: Clause, found: Set<RuleNode>): void {
  for (const one of clause.with) inReplacement(tree, one, found)
  switch (clause.kind) {
    case 'test':
      inExpression(tree, clause.expression, found)
      return
    case 'unify':
      inExpression(tree, clause.left, found)
      inExpression(tree, clause.right, found)
      return
    case 'not':
      inClause(tree, clause.clause, found)
      return
    case 'member':
      inExpression(tree, clause.domain, found)
      inExpression(tree, clause.value, found)
      return
    case 'every':
      inExpression(tree, clause.domain, found)
      for (const one of clause.body) inClause(tree, one, found)
      return
    case 'print':
      for (const arg of clause.args) inExpression(tree, arg, found)
      return
    case 'never':
  }
}

function dependencies(tree: Tree, rule: RuleProgram, found: Set<RuleNode>): void {
  for (const branch of rule.branches) {
    inExpression(tree, branch.value, found)
    for (const clause of branch.body) inClause(tree, clause, found)
  }
  for (const key of rule.keys) inExpression(tree, key, found)
}

/** Reports each node that lies on a cycle, with the way around. */
export function checkRecursion(tree: Tree, report: (rule: RuleProgram, message: string) => void): void {
  const edges = new Map<RuleNode, RuleNode[]>()
  for (const node of tree.nodes) {
    if (node.kind === undefined) continue
    const found = new Set<RuleNode>()
    for (const rule of node.rules) dependencies(tree, rule, found)
    if (node.fallback !== undefined) dependencies(tree, node.fallback, found)
    edges.set(node, [...found])
  }
  const done = new Set<RuleNode>()
  for (const start of edges.keys()) {
    if (done.has(start)) continue
    // depth first without the machine's stack: a chain of rules may be long
    const way: { node: RuleNode; next: number }[] = [{ node: start, next: 0 }]
    const onWay = new Set<RuleNode>([start])
    while (way.length > 0) {
      const top = way[way.length - 1] as { node: RuleNode; next: number }
      const following = edges.get(top.node)?.[top.next++]
      if (following === undefined) {
        done.add(top.node)
        onWay.delete(top.node)
        way.pop()
      } else if (onWay.has(following)) {
        const cycle = way.slice(way.findIndex((one) => one.node === following)).map((one) => one.node)
        const names = [...cycle, following].map((one) => one.name)
        const rule = following.rules[0]
        if (rule !== undefined) report(rule, `rule ${following.name} is recursive: ${names.join(' -> ')}`)
        done.add(following)
      } else if (!done.has(following)) {
        way.push({ node: following, next: 0 })
        onWay.add(following)
      }
    }
  }
}
