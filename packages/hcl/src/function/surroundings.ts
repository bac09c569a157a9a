/** What functions may know of the world: only what the caller hands in. */
import type { Value } from '../value/value.ts'

/**
 * Files of the module, by paths relative to its root, with `/` between parts and without `..` at the front: the functions refuse
 * every path that leads out of the root before they ask. A directory or a file that is not there is `undefined`.
 */
export interface FileAccess {
  /** The bytes of a file. */
  read: (path: string) => Uint8Array | undefined
  /** What stands at a path. */
  kind: (path: string) => 'file' | 'directory' | 'other' | undefined
  /** All files below the root, for `fileset`; links that lead out of it left out. */
  list: () => Iterable<string>
}

/** A template with its variables, rendered by the evaluator: functions do not know expressions. */
export type Render = (source: string, name: string, variables: ReadonlyMap<string, Value>, inFile: boolean) => Value

export type Surroundings = {
  readonly files?: FileAccess
  /** The directory that relative paths start from, for `abspath`; absent, its result is unknown. */
  readonly workingDirectory?: string
  /** Where the root module is, as expressions see it in `path.root`; `.` as a rule. Paths that begin with it are relative to the root. */
  readonly home?: string
  /** The moment that `timestamp` and `plantimestamp` give, in RFC 3339; absent, they are unknown. */
  readonly now?: string
  readonly render?: Render
}
