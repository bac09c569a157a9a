/**
 * What opens a backup: a passphrase, or a file with 32 bytes. A passphrase comes from the environment, from a file or from who sits there,
 * never from an argument, which others on the machine can see.
 */
import { basename, dirname } from 'node:path'
import type { Command } from 'commander'
import type { FileSecret } from '../../platform/envelope/index.ts'
import { loadPrivate } from '../../platform/key-files.ts'
import { CliError } from '../exit.ts'

export type SecretOptions = { passphraseFile?: string; keyFile?: string }

export const BACKUP_PASSPHRASE = 'COUNTERSIGN_BACKUP_PASSPHRASE'

export function withSecret(command: Command): Command {
  return command
    .option('--passphrase-file <file>', `file with the passphrase of the backup, 0600 (${BACKUP_PASSPHRASE}; asked for otherwise)`)
    .option('--key-file <file>', 'file with a key of 32 bytes in place of a passphrase, 0600, as openssl rand -base64 32 makes it')
}

/** @param isNew asked for twice at a terminal */
export async function secretOf({ passphraseFile, keyFile }: SecretOptions, isNew: boolean): Promise<FileSecret> {
  if (keyFile !== undefined) {
    const text = await loadPrivate(dirname(keyFile), basename(keyFile))
    const key = Buffer.from((text ?? '').trim(), 'base64')
    if (key.length !== 32) throw new CliError('backup_secret_wrong', `${keyFile} does not hold a key of 32 bytes.`, 'Make one with: openssl rand -base64 32')
    return { key }
  }
  const said = passphraseFile === undefined ? process.env[BACKUP_PASSPHRASE] : await loadPrivate(dirname(passphraseFile), basename(passphraseFile))
  if (said) return { passphrase: said.replace(/\r?\n$/, '') }
  if (passphraseFile !== undefined) throw new CliError('backup_secret_missing', `${passphraseFile} holds no passphrase.`, 'Write it into the first line.')
  return { passphrase: await asked(isNew) }
}

async function asked(isNew: boolean): Promise<string> {
  if (!process.stdin.isTTY) throw new CliError('backup_secret_missing', 'The backup is sealed with a passphrase, and there is no terminal to ask for it.', `Set ${BACKUP_PASSPHRASE}, or name a file with --passphrase-file or --key-file.`)
  const { password, isCancel } = await import('@clack/prompts')
  const once = async (message: string): Promise<string> => {
    const answer = await password({ message, output: process.stderr })
    if (isCancel(answer)) throw new CliError('interrupted', 'Interrupted.')
    return answer ?? ''
  }
  const first = await once(isNew ? 'Choose a passphrase for the backup' : 'Passphrase of the backup')
  if (isNew && (await once('Once more')) !== first) throw new CliError('backup_secret_wrong', 'The two passphrases differ.', 'Try again.')
  return first
}
