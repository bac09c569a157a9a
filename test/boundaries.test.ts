import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allImports, judge, roomsOnDisk, specifiersOf, table } from './boundaries.ts'

const src = resolve(import.meta.dirname, '../packages/countersign/src')
const at = (room: string): string => join(src, room, 'probe.ts')

describe('imports run one way', () => {
  it('every import in the tree resolves to a room that its room may use', () => {
    const imports = allImports()
    expect(imports.length).toBeGreaterThan(100)
    expect(imports.map(({ from, to }) => judge(from, to)).filter((violation) => violation !== null)).toEqual([])
  })

  it('every room on disk has a row in the table', () => {
    expect(roomsOnDisk().filter((room) => !(room in table))).toEqual([])
  })

  // A probe for each rule: an import that must be refused. Each names the rule it breaks.
  const probes: [string, string, string][] = [
    ['platform/x', '../../ledger/index.ts', 'platform may not import ledger'],
    ['ledger', '../identity/index.ts', 'ledger may not import identity'],
    ['plan', '../policy/index.ts', 'plan may not import policy'],
    ['plan', 'node:fs', 'plan is pure: it may not use node:fs'],
    ['policy', '../gate/index.ts', 'policy may not import gate'],
    ['policy', 'fs', 'policy is pure: it may not use node:fs'],
    ['identity', '../gate/index.ts', 'identity may not import gate'],
    ['gate', '../doors/runs/use-cases.ts', 'gate may not import doors/runs'],
    ['doors/runs', '../admin/use-cases.ts', 'doors/runs may not import doors/admin'],
    ['doors/runs', './../admin/use-cases.ts', 'doors/runs may not import doors/admin'],
    ['doors/admin', '../../doors/./runs/use-cases.ts', 'doors/admin may not import doors/runs'],
    ['doors/admin', '../../server/start.ts', 'doors/admin may not import server'],
    ['engine', '../cli/main.ts', 'engine may not import cli'],
    ['engine', '../gate/index.ts', 'engine may not import gate'],
    ['server', '../cli/main.ts', 'server may not import cli'],
    ['cli', '../gate/index.ts', 'cli may not import gate'],
    ['console', '../gate/index.ts', 'console may not import gate'],
    ['console', '../../../../tools/check.ts', 'console may not import what is outside the packages\' sources'],
    ['gate', 'countersign/server/start.ts', 'gate may not import server'],
  ]
  it.each(probes)('%s importing %s is refused: %s', (room, specifier, rule) => {
    expect(judge(at(room), specifier)?.rule).toBe(rule)
  })

  it('proof imports no package and nothing of Node but its crypto', () => {
    const proof = resolve(import.meta.dirname, '../packages/proof/src/probe.ts')
    expect(judge(proof, 'jose')?.rule).toBe('proof has no dependencies')
    expect(judge(proof, 'node:net')?.rule).toBe('proof is pure: it may not use node:net')
    expect(judge(proof, 'node:crypto')).toBeNull()
  })

  it('sees every form of import', () => {
    const source = "import a from './a.ts'\nimport type { B } from './b.ts'\nexport * from './c.ts'\nexport type { D } from './d.ts'\nimport './e.ts'\nconst f = await import('./f.ts')\nimport {\n  g,\n} from './g.ts'\ntype H = import('./h.ts').H\n"
    expect(specifiersOf(source)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts', './g.ts', './h.ts'])
  })
})
