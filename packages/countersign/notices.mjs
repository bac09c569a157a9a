// Whose code is inside the bundles, and under which licence: the text that has to go along with it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** @param files absolute paths of what went into a bundle; @returns one text, by package */
export function noticesOf(files) {
  const folders = new Set(files.flatMap((file) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0] ?? []))
  return [...folders].map((folder) => noticeOf(folder)).sort((a, b) => (a < b ? -1 : 1)).join(`\n${'-'.repeat(80)}\n\n`)
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file) && existsSync(join(folder, file)))
  const said = texts.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  return `${name} ${version}\n${typeof license === 'string' ? license : 'see below'}\n\n${said === '' ? 'The package names its licence and carries no text of it.' : said}\n`
}
