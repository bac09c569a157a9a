import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandTable } from '../packages/countersign/src/cli/commands/table.ts'
import { exitCodes } from '../packages/countersign/src/cli/exit.ts'
import { allowedArguments, refusedArguments } from '../packages/countersign/src/engine/freeze/argument-table.ts'
import { settingsHelp } from '../packages/countersign/src/platform/settings.ts'
import { defaultPolicy } from '../packages/countersign/src/policy/index.ts'
import { policyDocument } from '../packages/countersign/src/policy/schema.ts'
import { table } from './boundaries.ts'
import { anchorsOf, brokenLink, codeSpans, commandsIn, fences, linksOf, pathExists, pathsIn, read, root, tableOf, trackedFiles } from './documents.ts'

const tracked = trackedFiles()
const known = new Set(tracked)
const documents = tracked.filter((file) => file.endsWith('.md'))
const guide = (name: string): string => read(`docs/guide/${name}.md`)
const bare = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '')

describe('what the documents name is there', () => {
  it.each(['ARCHITECTURE.md', 'SECURITY.md'])('every path in backticks in %s exists', (file) => {
    const paths = pathsIn(read(file))
    expect(paths.length).toBeGreaterThan(20)
    expect(paths.filter((path) => !pathExists(path))).toEqual([])
  })

  it('the map has every room, and what each may import', () => {
    const rows = tableOf(read('ARCHITECTURE.md'), 'Room').map(([room, , imports]) => [bare(room), (imports ?? '').split(', ').filter((name) => name !== '')])
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(Object.entries(table).filter(([room]) => !['proof', 'hcl', 'rego'].includes(room))))
  })

  it('every relative link in every tracked document resolves in a fresh clone, with its anchor', () => {
    expect(documents.length).toBeGreaterThan(20)
    expect(documents.flatMap((file) => linksOf(read(file)).map((link) => brokenLink(file, link, known))).filter((broken) => broken !== null)).toEqual([])
  })

  it('every decision is in the index of decisions', () => {
    const index = linksOf(read('docs/decisions/README.md'))
    expect(readdirSync(join(root, 'docs/decisions')).filter((file) => /^\d/.test(file) && !index.includes(file))).toEqual([])
  })

  it('the README names the two commands', () => {
    expect(existsSync(join(root, 'README.md'))).toBe(true)
    const lines = read('README.md').split('\n').map((line) => line.trim())
    expect(['npm ci && npm run demo', 'npm ci && npm test'].filter((command) => !lines.includes(command))).toEqual([])
  })
})

describe('what the documents say is what the code says', () => {
  it('every command that is shown is one of the program', () => {
    const shown = documents.flatMap((file) => commandsIn(file, read(file)))
    expect(shown.length).toBeGreaterThan(20)
    expect(shown.filter(({ command }) => !isCommand(command))).toEqual([])
    expect(['frob', 'policy frob'].filter((command) => isCommand(command))).toEqual([])
  })

  it('the exit codes', () => {
    const rows = tableOf(guide('exit-codes'), 'Code').map(([code, name]) => [bare(name), Number(code)])
    expect(Object.fromEntries(rows)).toEqual(exitCodes)
  })

  it('the settings', () => {
    const rows = tableOf(guide('operations'), 'Flag').map((row) => row.map((cell) => bare(cell)))
    expect(rows).toEqual(settingsHelp().map(({ flag, environment, key, initial, help }) => [flag, environment, key, initial, help]))
  })

  it('the arguments that are passed to terraform, and those that are refused by name', () => {
    const rows = tableOf(guide('applying'), 'Argument').map(([name, plan, apply]) => [bare(name), plan === 'yes', apply === 'yes'])
    expect(rows).toEqual(Object.entries(allowedArguments).map(([name, { phases }]) => [`-${name}`, phases.includes('plan'), phases.includes('apply')]))
    const said = codeSpans(guide('applying'))
    expect(refusedArguments.map(([name]) => `-${name.replace('*', '')}`).filter((name) => !said.some((span) => span === name || span.startsWith(`${name}=`)))).toEqual([])
  })

  it('every member of policy.yaml, and the policy that ships', () => {
    const said = new Set(codeSpans(guide('policy')).flatMap((span) => [span, span.replace(/^.*\./, '')]))
    const members = membersOf(policyDocument.toJSONSchema({ io: 'input', unrepresentable: 'any' }))
    expect(members.length).toBeGreaterThan(15)
    expect(members.filter((member) => !said.has(member))).toEqual([])
    expect(fences(guide('policy'), 'yaml')).toContain(defaultPolicy)
  })
})

describe('what no tracked file may hold', () => {
  // From parts, so that this file does not hold them itself.
  const places = [['', 'work', 'main'], ['', 'work', 'shared'], ['', 'tmp', 'cs', '']].map((parts) => parts.join('/'))

  it('is a path of the machine it was written on', () => {
    const holding = (place: string): string[] => tracked.filter((file) => read(file).includes(place))
    expect(places.flatMap((place) => holding(place).map((file) => `${file}: ${place}`))).toEqual([])
  })
})

describe('the reading of documents sees what it should', () => {
  const text = '# One\n\n## A `b`, (c)!\n\n## One\n\n[x](other.md#two) ![p](p.png "t") [web](https://example.com)\n\n```\n[no](no.md)\ncountersign up --data d\n```\n\n`countersign policy frob` `a/b.ts` `GET /x`\n\n<img alt="" src="q.png">\n'

  it('links, without those that leave and those in examples', () => {
    expect(linksOf(text)).toEqual(['other.md#two', 'p.png', 'q.png'])
  })

  it('anchors as they are made for headings', () => {
    expect([...anchorsOf(text)]).toEqual(['one', 'a-b-c', 'one-1'])
  })

  it('a link to nothing, to a heading that is not there, and to one that is', () => {
    const files = new Set(['docs/a.md', 'docs/other.md'])
    const other = (): string => '# Two\n'
    expect(brokenLink('docs/a.md', 'nothing.md', files, other)).toContain('there is no docs/nothing.md')
    expect(brokenLink('docs/a.md', 'other.md#three', files, other)).toContain('no heading #three')
    expect(brokenLink('docs/a.md', 'other.md#two', files, other)).toBeNull()
    expect(brokenLink('docs/a.md', '../docs', files, other)).toBeNull()
  })

  it('paths and commands', () => {
    expect(pathsIn(text)).toEqual(['a/b.ts'])
    expect(commandsIn('f', text).map(({ command }) => command)).toEqual(['up', 'policy frob'])
  })
})

/** Below a command, as its file defines them: what is not in the file is not a command. */
const commands = new Map(commandTable.map(({ name }) => [name, subcommandsOf(name)]))

function subcommandsOf(name: string): string[] {
  const file = `packages/countersign/src/cli/commands/${name}.ts`
  return existsSync(join(root, file)) ? [...read(file).matchAll(/\.command\('([a-z-]+)/g)].map((match) => match[1] ?? '') : []
}

function isCommand(shown: string): boolean {
  const [name = '', next] = shown.split(' ')
  const below = commands.get(name)
  return below !== undefined && (below.length === 0 || next === undefined || below.includes(next))
}

/** Names of members anywhere in a JSON schema. */
function membersOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap((part) => membersOf(part))
  if (typeof schema !== 'object' || schema === null) return []
  const own = 'properties' in schema && typeof schema.properties === 'object' && schema.properties !== null ? Object.keys(schema.properties) : []
  return [...new Set([...own, ...Object.values(schema).flatMap((part) => membersOf(part))])]
}
