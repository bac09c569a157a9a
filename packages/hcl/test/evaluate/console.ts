/** Our own answer to what was asked of the console, in the same module. */
import { resolve } from 'node:path'
import { evaluateForConsole } from '../../src/evaluate/evaluate.ts'
import { evaluateModule } from '../../src/evaluate/module.ts'
import { loadModule } from '../../src/load/module.ts'
import { parseExpression } from '../../src/syntax/parse.ts'
import { folderLoader } from './folder-loader.ts'
import { type Answer, flat } from './terraform.ts'

const loader = folderLoader(resolve(import.meta.dirname, 'fixture'))
const { module } = loadModule(loader)
const scope = evaluateModule(module, new Map(), { files: loader, workspace: 'default', workingDirectory: '/work' }).scope

export function answer(expression: string): Answer {
  const { tree, diagnostics } = parseExpression(expression, { name: '<console-input>' })
  const found = diagnostics.length > 0 ? { text: '', diagnostics } : evaluateForConsole(tree, scope)
  // the console shows the error that stands first in the text
  const [error] = found.diagnostics.filter((one) => one.severity === 'error').toSorted((a, b) => a.start - b.start)
  return error === undefined ? { text: found.text } : { summary: error.summary, detail: flat(error.detail) }
}
