/**
 * Every command by name, with what `--help` says of it. The list is all that is loaded for `--help`; a command's own options are in its
 * file, which is loaded only when it is called.
 */
import type { Command } from 'commander'
import type { Output, OutputMode } from '../output.ts'

/** What a command's file exports: it adds its options and its action to the command that it is given. */
export type CommandModule = { readonly define: (command: Command, run: Runner) => void }
/** Runs the work of a command: makes the output, turns what is thrown into words and an exit code. The code may be another program's own. */
export type Runner = (mode: OutputMode, work: (output: Output) => Promise<number>) => Promise<void>

export type CommandEntry = { readonly name: string; readonly summary: string; readonly load: () => Promise<CommandModule> }

export const commandTable: readonly CommandEntry[] = [
  { name: 'up', summary: 'start the server on this machine', load: () => import('./up.ts') },
  { name: 'login', summary: 'sign this terminal in through the browser', load: () => import('./login.ts') },
  { name: 'logout', summary: 'sign this terminal out', load: () => import('./logout.ts') },
  { name: 'whoami', summary: 'show who is signed in, and with which key', load: () => import('./whoami.ts') },
  { name: 'terminals', summary: 'list your terminals, and sign one of them out', load: () => import('./terminals.ts') },
  { name: 'codes', summary: 'set up an authenticator app, list yours, take one back', load: () => import('./codes.ts') },
  { name: 'plan', summary: 'plan, and show the risk and what policy would ask', load: () => import('./plan.ts') },
  { name: 'apply', summary: 'plan, have it countersigned, and apply exactly that plan', load: () => import('./apply.ts') },
  { name: 'destroy', summary: 'the same for destroying everything', load: () => import('./destroy.ts') },
  { name: 'state', summary: 'the state that is kept here: versions, credentials, quarantine, moving in and out', load: () => import('./state.ts') },
  { name: 'run', summary: 'run terraform with a credential for the state, in its environment only', load: () => import('./run.ts') },
  { name: 'watch', summary: 'show what waits for you, as it comes', load: () => import('./watch.ts') },
  { name: 'verify', summary: 'check an evidence file, offline', load: () => import('./verify.ts') },
  { name: 'trust', summary: 'export what `verify --trust` needs', load: () => import('./trust.ts') },
  { name: 'policy', summary: 'show or change who must countersign what', load: () => import('./policy.ts') },
  { name: 'audit', summary: 'the audit log: check, search, follow, export', load: () => import('./audit.ts') },
  { name: 'keys', summary: 'the keys that states are encrypted with: show, rotate, remove', load: () => import('./keys.ts') },
  { name: 'backup', summary: 'make, check and restore backups', load: () => import('./backup.ts') },
  { name: 'db', summary: 'the database: what it is, bring it up to date, move it to PostgreSQL', load: () => import('./db.ts') },
  { name: 'doctor', summary: 'check versions, clock, server, keys and terraform', load: () => import('./doctor.ts') },
  { name: 'demo', summary: 'see the whole thing on scratch data, attacks included', load: () => import('./demo.ts') },
  { name: 'completion', summary: 'print the completion script of a shell', load: () => import('./completion.ts') },
]
