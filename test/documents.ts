/**
 * What the documents say, as data: links, anchors, paths in backticks, commands, tables. The test beside this file compares it
 * with the tree and with the code, so that a document which has fallen behind fails like a test.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '..')
const product = 'packages/countersign/src'

/** Of the index, not of the disk: what a fresh clone has. A file that is deleted and not yet committed is left out. */
export function trackedFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 })
  return listed.split('\0').filter((file) => file !== '' && existsSync(join(root, file)))
}

export const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Without fenced blocks: what stands in them is an example. */
function prose(markdown: string): string {
  return markdown.replaceAll(/^(```|~~~)[^\n]*\n[^]*?^\1[^\n]*$/gm, '')
}

export function fences(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/^```([a-z]*)\n([^]*?)^```$/gm)].filter((match) => match[1] === language).map((match) => match[2] ?? '')
}

export function codeSpans(markdown: string): string[] {
  return [...prose(markdown).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')
}

/** Targets of links and pictures, without those that leave the repository. */
export function linksOf(markdown: string): string[] {
  const text = prose(markdown).replaceAll(/`[^`\n]*`/g, '')
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)].map((match) => match[1] ?? '')
  const defined = [...text.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)].map((match) => match[1] ?? '')
  const html = [...text.matchAll(/<(?:img|source|a)\b[^>]*?\s(?:src|srcset|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  return [...inline, ...defined, ...html].filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link))
}

/** As GitHub makes them: lower case, punctuation gone, spaces to hyphens, the second of a name with "-1". */
export function anchorsOf(markdown: string): Set<string> {
  const seen = new Map<string, number>()
  const anchors = new Set<string>()
  for (const match of prose(markdown).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = (match[1] ?? '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '')
    const slug = plain.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    anchors.add(count === 0 ? slug : `${slug}-${count}`)
  }
  return anchors
}

/** Null when the link resolves in a fresh clone, else what is wrong with it. */
export function brokenLink(from: string, link: string, tracked: ReadonlySet<string>, textOf: (file: string) => string = read): string | null {
  const [path = '', anchor] = link.split('#', 2)
  const target = path === '' ? from : normalize(join(dirname(from), decodeURIComponent(path))).replace(/\/$/, '')
  const folder = [...tracked].some((file) => file.startsWith(`${target}/`))
  if (!tracked.has(target) && !folder) return `${from}: ${link}: there is no ${target} among the tracked files`
  if (anchor === undefined || anchor === '' || !target.endsWith('.md')) return null
  return anchorsOf(textOf(target)).has(anchor) ? null : `${from}: ${link}: ${target} has no heading #${anchor}`
}

/** What a reader takes for a place in the repository: it has a slash or an extension of ours, and no spaces. */
export function pathsIn(markdown: string): string[] {
  return codeSpans(markdown).filter((span) => /^[A-Za-z0-9.][A-Za-z0-9._-]*(?:\/[A-Za-z0-9._-]+)*\/?$/.test(span) && (span.includes('/') || /\.(?:ts|tsx|mjs|md|json|py)$/.test(span)))
}

/** Paths are from the root, or from the product's sources where most of them are. */
export function pathExists(path: string): boolean {
  return existsSync(join(root, path)) || existsSync(join(root, product, path))
}

export type Shown = { command: string; where: string }

/** `countersign policy apply policy.yaml` is the words "policy apply policy.yaml", wherever it is shown as something to type. */
export function commandsIn(file: string, markdown: string): Shown[] {
  const blocks = [...markdown.matchAll(/^```[a-z]*\n([^]*?)^```$/gm)].flatMap((match) => (match[1] ?? '').split('\n'))
  const indented = [...prose(markdown).matchAll(/^ {4}(.*)$/gm)].map((match) => match[1] ?? '')
  const lines = [...blocks, ...indented, ...codeSpans(markdown)]
  return lines.flatMap((line) => {
    const match = /^\s*(?:\$ |npx )?(?:npx )?countersign ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)(?![A-Za-z0-9:/])/.exec(line)
    return match ? [{ command: match[1] ?? '', where: file }] : []
  })
}

/** Rows of the first table whose header begins with `first`. */
export function tableOf(markdown: string, first: string): string[][] {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${first} |`))
  if (start < 0) return []
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'))
  return lines.slice(start + 2, end < 0 ? undefined : end).map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()))
}
