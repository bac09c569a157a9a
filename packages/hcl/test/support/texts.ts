/** Texts to parse: files that others wrote where they are at hand, files of our own, and what chance makes of both. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Random, random } from './random.ts'

/** The folder of cases that others wrote, beside the repository; absent elsewhere. */
export const conformance = join(import.meta.dirname, '../../../../../shared/conformance')

/** The files below a folder of the conformance cases, with that ending; empty, and said so, where the folder is absent. */
export function conformanceFiles(folder: string, ending: string): readonly { readonly path: string; readonly bytes: Uint8Array }[] {
  const root = join(conformance, folder)
  if (!existsSync(root)) {
    process.stderr.write(`SKIPPED: the shared cases are not at ${root}\n`)
    return []
  }
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending)).toSorted()
  return names.map((name) => ({ path: join(root, name), bytes: readFileSync(join(root, name)) }))
}

/** A file that uses everything the native syntax has. */
export const everything = readFileSync(join(import.meta.dirname, '../syntax/fixture/everything.tf'), 'utf8')

/** A second file, with CR LF and a byte order mark. */
export const windows = `\ufeff${everything.replaceAll('\n', '\r\n')}\r\n`

const bits = [
  '"', '${', '}', '{', '[', ']', '(', ')', '%{', '~}', '${~', '%{~', '\n', '\r\n', '\r', '=', '==', '!=', '<', '<=', '>', '>=', '&&', '||', '&', '|', '~', '^', ';', "'", '`', '\\', '\\n', '\\"', '\\u12', '\\u00e9',
  '<<EOT\n', 'EOT\n', '<<-E\n', '\n  E\n', ' ', '\t', '.', '..', '...', '*', '.*', '[*]', '-', '!', '?', ':', '::', '=>', '#', '//', '/*', '*/', '$', '$$', '%%', '$${', '%%{',
  'for ', 'x in y', 'if ', ' in ', '%{ if x }', '%{ else }', '%{ endif }', '%{ for a in b }', '%{ endfor }', '{ for a in b : a => a }', '[for a in b : a]', 'a(b...)', 'x = 1', 'b { c = 1 }', 'resource "a" "b" {',
  'provider::a::b(1)', 'x.0', 'x.0.1', '1', '1.5', '1e5', '1.2.3', '0.0', 'a', 'true', 'null', 'é', '😀', '\ufeff', '\0', '\u00a0', 'e\u0301', '\ud800',
]

/** A text with a few things put in, taken out, doubled or moved. */
export function mutated(text: string, by: Random, most = 4): string {
  let result = text
  for (let left = 1 + by.below(most); left > 0; left--) {
    const at = by.below(result.length + 1)
    const length = by.below(by.of([2, 4, 40]))
    switch (by.below(4)) {
      case 0:
        result = result.slice(0, at) + result.slice(at + length)
        break
      case 1:
        result = result.slice(0, at) + result.slice(at, at + length) + result.slice(at)
        break
      default:
        result = result.slice(0, at) + by.of(bits) + result.slice(at)
    }
  }
  return result
}

/** A short text made of the language's pieces, in a frame where it may even be right. */
export function assembled(by: Random): string {
  const middle = Array.from({ length: 1 + by.below(by.of([3, 12])) }, () => by.of(bits)).join('')
  const [before, after] = by.of([['a = ', '\n'], ['', ''], ['a = <<EOT\n', '\nEOT\n'], ['a = "', '"\n'], ['a = [', ']\n'], ['a = {', '}\n'], ['a { ', ' }\n'], ['a = <<-E\n  ', '\n  E\n']] as const)
  return before + middle + after
}

/** So many lines of a text, from anywhere in it. */
export function excerpt(text: string, by: Random): string {
  const lines = text.split('\n')
  const from = by.below(lines.length)
  return `${lines.slice(from, from + 1 + by.below(14)).join('\n')}\n`
}

/** Bytes of any kind. */
export function noise(by: Random): Uint8Array {
  return Uint8Array.from({ length: by.below(200) }, () => by.of([by.below(256), by.below(128), 34, 123, 125, 10, 36]))
}

/** How many rounds a random test has: few, or with COUNTERSIGN_TEST_LONG=1 many. */
export const rounds = (few: number, many: number): number => (process.env['COUNTERSIGN_TEST_LONG'] === '1' ? many : few)

/** A seed for this run, printed, or the one given in HCL_TEST_SEED. */
export function seeded(what: string): Random {
  const seed = Number(process.env['HCL_TEST_SEED'] ?? Date.now() % 1_000_000)
  process.stderr.write(`${what}: HCL_TEST_SEED=${seed}\n`)
  return random(seed)
}
