/** What loading a module says beyond what parsing says. */
import type { Diagnostic } from '../syntax/diagnostics.ts'
import type { Source } from '../syntax/source.ts'

/** The codes of loading, and what each says. */
export const loadSummaries = {
  'missing-directory': 'The module directory cannot be read',
  'no-configuration': 'The directory holds no configuration',
  'missing-file': 'The file cannot be read',
  'unsupported-block': 'There is no block of this type at the top of a configuration',
  'unsupported-argument': 'There is no such argument at the top of a configuration',
  'wrong-labels': 'The block has the wrong number of labels',
  'invalid-name': 'The name is not valid',
  'duplicate-declaration': 'The same thing is declared twice',
  'missing-base': 'An override file overrides nothing',
  'invalid-override': 'This cannot be overridden',
  'invalid-requirement': 'The requirement is not valid',
  'invalid-source': 'The source of the module is not valid',
  'not-installed': 'The module is not installed',
  'module-cycle': 'The module calls itself',
  'too-many-modules': 'There are too many modules',
  'invalid-manifest': 'The list of installed modules cannot be read',
  'invalid-lock': 'The dependency lock file is not valid',
  'invalid-value-file': 'A file of values holds more than values',
} as const

/** A code of loading. */
export type LoadCode = keyof typeof loadSummaries

/** Where something is, for a finding. */
export interface Place {
  readonly source: Source | null
  readonly start: number
  readonly end: number
}

/** No place in any text. */
export const nowhere: Place = { source: null, start: 0, end: 0 }

/** Makes a finding of loading. */
export function loadFinding(code: LoadCode, detail: string, place: Place, severity: Diagnostic['severity'] = 'error'): Diagnostic {
  return { severity, code, summary: loadSummaries[code], detail, source: place.source, start: place.start, end: place.end }
}
