/**
 * Makes the recorded answers anew: `node --import tsx packages/hcl/test/evaluate/record.ts`, with terraform on PATH. About five minutes. Only
 * expressions without an answer are asked, unless `--all` is given.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { functionCalls, randomExpressions } from './generate.ts'
import { type Answer, ask, findTerraform, prepare } from './terraform.ts'

/** An expression, what the console printed and the type it named, or the error it gave. */
export type Recorded = { readonly expression: string; readonly text: string; readonly type: string } | { readonly expression: string; readonly summary: string; readonly detail: string }

const here = import.meta.dirname
const corpus = (name: string): string[] => [...new Set(readFileSync(resolve(here, 'corpus', `${name}.txt`), 'utf8').split('\n').filter((line) => line !== ''))]

const sets: readonly (readonly [string, () => string[]])[] = [
  ['language', () => corpus('language')],
  ['functions', () => corpus('functions')],
  ['calls', () => functionCalls(20_261_121, 9)],
  ['random', () => randomExpressions(11_042, 900)],
  ['more', () => randomExpressions(77_310, 500)],
]

const terraform = findTerraform()
if (terraform === undefined) throw new Error('terraform is not on PATH')
// two of them: a console locks its state
const folders = [prepare(terraform), prepare(terraform)]
const all = process.argv.includes('--all')

async function answer(expression: string, folder: string): Promise<Recorded> {
  const value: Answer = await ask(terraform ?? '', folder, expression)
  if (!('text' in value)) return { expression, ...value }
  const type = await ask(terraform ?? '', folder, `type(${expression})`)
  return { expression, text: value.text, type: 'text' in type ? type.text : `error: ${type.summary}` }
}

for (const [name, make] of sets) {
  const file = resolve(here, 'recorded', `${name}.json`)
  const known = new Map<string, Recorded>()
  if (!all && existsSync(file)) for (const one of JSON.parse(readFileSync(file, 'utf8')) as Recorded[]) known.set(one.expression, one)
  const expressions = make()
  const answers: Recorded[] = []
  let next = 0
  const work = async (folder: string): Promise<void> => {
    for (let i = next++; i < expressions.length; i = next++) answers[i] = known.get(expressions[i] ?? '') ?? (await answer(expressions[i] ?? '', folder))
  }
  await Promise.all(folders.map(work))
  writeFileSync(file, `[\n${answers.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`)
  process.stdout.write(`${name}: ${answers.length}, ${answers.filter((one) => 'summary' in one).length} errors\n`)
}
for (const folder of folders) rmSync(folder, { recursive: true, force: true })
