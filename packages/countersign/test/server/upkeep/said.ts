/** A command of the host, called as the program calls it, with what it said. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { define as defineBackup } from '../../../src/cli/commands/backup.ts'
import { define as defineDb } from '../../../src/cli/commands/db.ts'
import { explain } from '../../../src/cli/explain.ts'
import { createOutput, type Output } from '../../../src/cli/output.ts'
import { databaseOf } from '../../support/database.ts'
import { scratchFolder } from '../../support/scratch-server.ts'

export type Said = { code: number; data: Record<string, unknown>; lines: string }

const commands = { backup: defineBackup, db: defineDb }

export async function said(name: keyof typeof commands, ...words: string[]): Promise<Said> {
  const all: Said = { code: -1, data: {}, lines: '' }
  const plain = createOutput(false)
  const output: Output = {
    ...plain, json: true, line: (text = '') => void (all.lines += `${text}\n`), raw: () => undefined, warn: (text) => void (all.lines += `${text}\n`),
    data: (value) => void (all.data = value as Record<string, unknown>),
  }
  const command = new Command(name).exitOverride()
  commands[name](command, async (_mode, work) => {
    all.code = await work(output).catch((error: unknown) => explain(error, output))
  })
  await command.parseAsync(words, { from: 'user' })
  return all
}

/** The flags that name a server's data, on either database. */
export async function at(dataDir: string): Promise<string[]> {
  const url = await databaseOf(dataDir)
  return ['--data', dataDir, ...(url === '' ? [] : ['--database-url', url])]
}

/** An empty place to restore into: a folder, and on PostgreSQL an empty database. */
export async function emptyPlace(name: string): Promise<{ dataDir: string; flags: string[] }> {
  const dataDir = join(await scratchFolder(name), 'data')
  const url = await databaseOf(dataDir, 'template0')
  return { dataDir, flags: ['--data', dataDir, ...(url === '' ? [] : ['--database-url', url])] }
}

export async function passphraseFile(folder: string, text = 'six random words of a drill'): Promise<string> {
  const file = join(folder, `passphrase-${text.length}`)
  await writeFile(file, `${text}\n`, { mode: 0o600 })
  return file
}

