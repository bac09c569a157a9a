import type { Command } from 'commander'
import { CliError, exitCodes } from '../exit.ts'
import { commandTable, type Runner } from './table.ts'

const below: Readonly<Record<string, readonly string[]>> = { codes: ['enrol', 'list', 'remove'], trust: ['export'], policy: ['show', 'apply'], audit: ['verify'], keys: ['status', 'rotate-state', 'prune'], completion: ['bash', 'zsh', 'fish'] }

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
const cases = (line: (name: string, words: string) => string): string => Object.entries(below).map(([name, words]) => line(name, words.join(' '))).join('\n')

const scripts: Readonly<Record<string, () => string>> = {
  bash: () => `_countersign() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${names}" -- "$word")); return; fi
  case \${COMP_WORDS[1]} in
${cases((name, words) => `    ${name}) COMPREPLY=($(compgen -W "${words}" -- "$word"));;`)}
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
  case $words[2] in
${cases((name, words) => `    ${name}) compadd ${words};;`)}
    *) _files;;
  esac
}
_countersign "$@"
`,
  fish: () => [
    'complete -c countersign -f',
    ...commandTable.map((entry) => `complete -c countersign -n __fish_use_subcommand -a ${entry.name} -d '${entry.summary.replaceAll('\'', '')}'`),
    ...Object.entries(below).map(([name, words]) => `complete -c countersign -n '__fish_seen_subcommand_from ${name}' -a '${words.join(' ')}'`),
    'complete -c countersign -n \'__fish_seen_subcommand_from verify\' -F',
    '',
  ].join('\n'),
}
