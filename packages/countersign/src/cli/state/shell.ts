/** Variables as a shell reads them. Values are quoted so that nothing in them is anything but text. */
export const shells = ['sh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

const lines: Readonly<Record<Shell, (name: string, value: string) => string>> = {
  sh: (name, value) => `export ${name}='${value.replaceAll('\'', String.raw`'\''`)}'`,
  fish: (name, value) => `set -gx ${name} '${value.replaceAll('\\', String.raw`\\`).replaceAll('\'', String.raw`\'`)}'`,
  powershell: (name, value) => `$env:${name} = '${value.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`,
}

export function exportLine(shell: Shell, name: string, value: string): string {
  return lines[shell](name, value)
}

/** What a shell that evaluates our output runs into when there is nothing to export, so that `eval "$(...)" && terraform apply` stops. */
export const failure: Readonly<Record<Shell, string>> = { sh: 'false', fish: 'false', powershell: 'Write-Error "countersign gave no credential"' }
