import type { Command } from 'commander'
import { defineScope } from './apply.ts'
import type { Runner } from './table.ts'

export function define(command: Command, run: Runner): void {
  defineScope(command, run, 'destroy')
}
