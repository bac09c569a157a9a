/** What functions may know of the world: only what the caller hands in. */
import type { Loader } from '../load/loader.ts'
import type { Value } from '../value/value.ts'

/** A template with its variables, rendered by the evaluator: functions do not know expressions. */
export type Render = (source: string, name: string, variables: ReadonlyMap<string, Value>, inFile: boolean) => Value

export type Surroundings = {
  /** Files below the loader's root; without, what they hold is unknown. */
  readonly files?: Loader
  /** The directory that relative paths start from, for `abspath`; absent, its result is unknown. */
  readonly workingDirectory?: string
  /** The root module's directory in the loader's terms: what relative paths start from. */
  readonly home?: string
  /** The moment that `timestamp` and `plantimestamp` give, in RFC 3339; absent, they are unknown. */
  readonly now?: string
  readonly render?: Render
}
