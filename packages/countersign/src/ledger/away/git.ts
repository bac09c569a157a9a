/**
 * A branch of a git repository: one commit on top of what is there, with a file for each checkpoint. Never forced: where the branch has
 * moved meanwhile, the push is refused and tried again. Only git itself is used, in a folder that goes away.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileName } from '../checkpoints.ts'
import type { Checkpoint } from '../index.ts'
import { runBounded } from './child.ts'
import { AwayConflict } from './conflict.ts'
import type { Send } from './place.ts'

export type Remote = { url: string; branch: string }
type Git = (args: readonly string[], input?: string) => Promise<string>

export function commitTo(remote: Remote, environment: NodeJS.ProcessEnv): Send {
  return async (batch, signal) => await withRepository(environment, signal, async (git) => {
    const head = await fetchHead(git, remote)
    const there = head === null ? new Map<string, string>() : await filesOf(git, head)
    const added = await blobsOf(git, batch, there)
    if (added.length === 0) return
    if (head !== null) await git(['read-tree', head])
    for (const { name, blob } of added) await git(['update-index', '--add', '--cacheinfo', `100644,${blob},${name}`])
    const tree = (await git(['write-tree'])).trim()
    const commit = (await git(['commit-tree', tree, ...(head === null ? [] : ['-p', head])], `checkpoint over ${batch.at(-1)?.size ?? 0} leaves\n`)).trim()
    await git(['push', '--quiet', remote.url, `${commit}:refs/heads/${remote.branch}`])
  })
}

/** Every checkpoint that was ever committed there, whatever was deleted or changed afterwards. */
export async function notesOf(remote: Remote, environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<{ where: string; text: string }[]> {
  return await withRepository(environment, signal, async (git) => {
    if ((await fetchHead(git, remote, 'all')) === null) return []
    const versions = new Map<string, string>()
    for (const line of (await git(['log', '--first-parent', '--no-renames', '--raw', '--no-abbrev', '--format=', 'FETCH_HEAD'])).split('\n')) {
      const [, blob, name] = /^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [AM]\t(.*)$/.exec(line) ?? []
      if (blob !== undefined && name?.endsWith('.checkpoint')) versions.set(blob, name)
    }
    const found: { where: string; text: string }[] = []
    for (const [blob, name] of versions) found.push({ where: `${name} (${blob.slice(0, 12)})`, text: await git(['cat-file', 'blob', blob]) })
    return found
  })
}

async function withRepository<T>(environment: NodeJS.ProcessEnv, signal: AbortSignal, work: (git: Git) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-git-'))
  const own = { ...environmentOf(environment), GIT_DIR: folder, GIT_INDEX_FILE: join(folder, 'index') }
  const git: Git = async (args, input = '') => {
    const { code, stdout, stderr } = await runBounded('git', ['-c', 'core.hooksPath=/dev/null', ...args], { input, environment: own, signal })
    if (code !== 0) throw new Error(`git ${args[0] ?? ''}: ${stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? code}`)
    return stdout
  }
  try {
    await git(['init', '--quiet', '--bare', folder])
    return await work(git)
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Nobody is there to be asked for a password, and none of our own secrets is for git or what it starts. */
function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('GIT_') && !name.startsWith('COUNTERSIGN_'))
  const person = { name: 'Countersign', email: 'countersign@localhost' }
  return {
    ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'file:https:ssh', GIT_SSH_COMMAND: environment['GIT_SSH_COMMAND'] ?? 'ssh -oBatchMode=yes', LC_ALL: 'C',
    GIT_AUTHOR_NAME: person.name, GIT_AUTHOR_EMAIL: person.email, GIT_COMMITTER_NAME: person.name, GIT_COMMITTER_EMAIL: person.email,
  }
}

/** null where there is no such branch yet. */
async function fetchHead(git: Git, { url, branch }: Remote, depth: 'newest' | 'all' = 'newest'): Promise<string | null> {
  const ref = `refs/heads/${branch}`
  if ((await git(['ls-remote', url, ref])).trim() === '') return null
  await git(['fetch', '--quiet', '--no-tags', ...(depth === 'newest' ? ['--depth', '1'] : []), url, ref])
  return (await git(['rev-parse', 'FETCH_HEAD'])).trim()
}

async function filesOf(git: Git, head: string): Promise<Map<string, string>> {
  const lines = (await git(['ls-tree', '-r', head])).split('\n')
  return new Map(lines.flatMap((line) => {
    const [, blob, name] = /^\d+ blob ([0-9a-f]+)\t(.*)$/.exec(line) ?? []
    return blob === undefined || name === undefined ? [] : [[name, blob] as const]
  }))
}

async function blobsOf(git: Git, batch: readonly Checkpoint[], there: ReadonlyMap<string, string>): Promise<{ name: string; blob: string }[]> {
  const added: { name: string; blob: string }[] = []
  for (const { note, size } of batch) {
    const name = `checkpoints/${fileName(size)}`
    const blob = (await git(['hash-object', '-w', '--stdin'], note)).trim()
    const known = there.get(name)
    if (known !== undefined && known !== blob) throw new AwayConflict(size)
    if (known === undefined) added.push({ name, blob })
  }
  return added
}
