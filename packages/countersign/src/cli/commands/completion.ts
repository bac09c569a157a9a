import type { Command } from 'commander'
import { CliError, exitCodes } from '../exit.ts'
import { commandTable, type Runner } from './table.ts'

const below: Readonly<Record<string, readonly string[]>> = { codes: ['enrol', 'list', 'remove'], trust: ['export'], policy: ['show', 'apply'], audit: ['verify', 'search', 'tail', 'export'], state: ['init', 'list', 'show', 'versions', 'diff', 'rollback', 'delete', 'restore', 'unlock', 'quarantine', 'credentials', 'import', 'export'], keys: ['status', 'rotate-state', 'prune'], completion: ['bash', 'zsh', 'fish'] }

/** One level further down. */
const belowThat: Readonly<Record<string, readonly string[]>> = { 'state quarantine': ['list', 'show', 'accept', 'discard'], 'state credentials': ['revoke'] }

export function define(command: Command, run: Runner): void {
  command
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', `
Examples:
  countersign completion bash > ~/.local/share/bash-completion/completions/countersign
  countersign completion zsh > ~/.zfunc/_countersign
  countersign completion fish > ~/.config/fish/completions/countersign.fish`)
    .action(async (shell: string) =>
      await run(false, async (output) => {
        const script = scripts[shell]
        if (!script || !Object.hasOwn(scripts, shell)) throw new CliError('argument_refused', `There is no completion for ${JSON.stringify(shell)}.`, 'There is one for bash, zsh and fish.')
        output.raw(script())
        return exitCodes.done
      }))
}

const names = commandTable.map((entry) => entry.name).join(' ')
const cases = (line: (name: string, words: string) => string, table = below): string => Object.entries(table).map(([name, words]) => line(name, words.join(' '))).join('\n')

const scripts: Readonly<Record<string, () => string>> = {
  bash: () => `_countersign() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${names}" -- "$word")); return; fi
  case "$COMP_CWORD \${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${cases((name, words) => `    "2 ${name} "*) COMPREPLY=($(compgen -W "${words}" -- "$word"));;`)}
${cases((name, words) => `    "3 ${name}") COMPREPLY=($(compgen -W "${words}" -- "$word"));;`, belowThat)}
    *) COMPREPLY=($(compgen -f -- "$word"));;
  esac
}
complete -F _countersign countersign
`,
  zsh: () => `#compdef countersign
_countersign() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${commandTable.map((entry) => `      '${entry.name}:${entry.summary.replaceAll('\'', '')}'`).join('\n')}
    )
    _describe command commands
    return
  fi
  case "$CURRENT $words[2] $words[3]" in
${cases((name, words) => `    "3 ${name} "*) compadd ${words};;`)}
${cases((name, words) => `    "4 ${name}") compadd ${words};;`, belowThat)}
    *) _files;;
  esac
}
_countersign "$@"
`,
  fish: () => [
    'complete -c countersign -f',
    ...commandTable.map((entry) => `complete -c countersign -n __fish_use_subcommand -a ${entry.name} -d '${entry.summary.replaceAll('\'', '')}'`),
    ...Object.entries(below).map(([name, words]) => `complete -c countersign -n '__fish_seen_subcommand_from ${name}' -a '${words.join(' ')}'`),
    ...Object.entries(belowThat).map(([name, words]) => `complete -c countersign -n '__fish_seen_subcommand_from ${name.split(' ').at(-1) ?? ''}' -a '${words.join(' ')}'`),
    'complete -c countersign -n \'__fish_seen_subcommand_from verify import\' -F',
    '',
  ].join('\n'),
}
