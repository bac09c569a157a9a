/**
 * The `backend "http"` block of a workspace, and what a folder says of a backend already. Nothing secret is ever in a block: terraform
 * copies a password that stands there into its data folder and into every plan file.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The address of a workspace's state. Slashes within the name are written out: a proxy must not take them apart. */
export function stateAddress(server: string, workspace: string): string {
  const at = workspace.indexOf('/')
  return `${server}/state/v1/${encodeURIComponent(workspace.slice(0, at))}/${encodeURIComponent(workspace.slice(at + 1))}`
}

/** The workspace of an address of this server; undefined when it is of no workspace here. */
export function workspaceOf(address: string, servers: readonly string[]): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !servers.includes(url.origin)) return undefined
  const [, project, ...rest] = /^\/state\/v1\/([^/]+)\/(.+)$/.exec(url.pathname) ?? []
  if (project === undefined || rest[0] === undefined) return undefined
  try {
    return `${decodeURIComponent(project)}/${decodeURIComponent(rest[0])}`
  } catch {
    return undefined
  }
}

/** `address`: as `stateAddress` makes it; what HCL would read in its own way is percent-encoded there. */
export function backendBlock(address: string): string {
  const text = `"${address}"`
  return `terraform {
  backend "http" {
    address        = ${text}
    lock_address   = ${text}
    unlock_address = ${text}
  }
}
`
}

export type Written = { /** The file. */ readonly file: string; /** `http`, `s3`, ..., or `cloud`. */ readonly type: string; /** Of the HTTP backend, where it is written out; else "". */ readonly address: string; /** It says a user name or a password. */ readonly credentials: boolean }

/**
 * Backend blocks in the files of a folder, as far as a look at the text can tell. It warns and decides nothing: what terraform reads is
 * terraform's to say.
 */
export function writtenBackends(directory: string): Written[] {
  return readdirSync(directory).filter((name) => /\.(tf|tofu)(\.json)?$/.test(name)).flatMap((name) => {
    const text = readText(join(directory, name))
    return (name.endsWith('.json') ? inJson(text) : inNative(text)).map((found) => ({ file: name, ...found }))
  })
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

type Found = Omit<Written, 'file'>

function inNative(text: string): Found[] {
  const bare = text.replace(/\/\*[^]*?\*\/|("(?:[^"\\\n]|\\.)*")|#[^\n]*|\/\/[^\n]*/g, (_, string: string | undefined) => string ?? ' ')
  return [...bare.matchAll(/\b(?:backend\s+"([^"\n]+)"|(cloud))\s*\{([^}]*)\}/g)].map(([, type, cloud, body = '']) => ({
    type: type ?? cloud ?? '', address: type === 'http' ? (/(?:^|[\s{])address\s*=\s*"([^"\\$%\n]*(?:%[0-9A-Fa-f]{2}[^"\\$%\n]*)*)"/.exec(body)?.[1] ?? '') : '', credentials: /(^|[\s{])(username|password)\s*=/.test(body),
  }))
}

function inJson(text: string): Found[] {
  return [...text.matchAll(/"backend"\s*:\s*\[?\s*\{\s*"([^"\n]+)"\s*:([^}]*)\}|"(cloud)"\s*:/g)].map(([, type, body = '', cloud]) => ({
    type: type ?? cloud ?? '', address: type === 'http' ? (/"address"\s*:\s*"([^"\\$]*)"/.exec(body)?.[1] ?? '') : '', credentials: /"(username|password)"\s*:/.test(body),
  }))
}
