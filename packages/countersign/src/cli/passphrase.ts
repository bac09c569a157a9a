/** Asks for a passphrase at the terminal, or takes it from COUNTERSIGN_PASSPHRASE. Never from an argument: others can see those. */
import { CliError } from './exit.ts'

export async function askPassphrase(): Promise<string> {
  return await ask('Passphrase of this terminal\'s key', () => undefined)
}

export async function choosePassphrase(): Promise<string> {
  const first = await ask('Choose a passphrase for this terminal\'s key', (text) => (text.length < 8 ? 'At least 8 characters.' : undefined))
  if (process.env['COUNTERSIGN_PASSPHRASE']) return first
  const second = await ask('Once more', () => undefined)
  if (first !== second) throw new CliError('passphrase_wrong', 'The two passphrases differ.', 'Try again.')
  return first
}

async function ask(message: string, check: (text: string) => string | undefined): Promise<string> {
  const given = process.env['COUNTERSIGN_PASSPHRASE']
  if (given) {
    const problem = check(given)
    if (problem) throw new CliError('passphrase_wrong', `COUNTERSIGN_PASSPHRASE is too short. ${problem}`, 'Choose a longer one.')
    return given
  }
  if (!process.stdin.isTTY) throw new CliError('passphrase_needed', 'The key of this terminal is behind a passphrase, and there is no terminal to ask for it.', 'Set COUNTERSIGN_PASSPHRASE for this command.')
  const { password, isCancel } = await import('@clack/prompts')
  const answer = await password({ message, validate: (text) => check(text ?? ''), output: process.stderr })
  if (isCancel(answer)) throw new CliError('interrupted', 'Interrupted.')
  return answer
}
