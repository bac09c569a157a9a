/**
 * All functions of Terraform 1.11 by name, each under `core::` as well. Names, parameters and results are those that
 * `terraform metadata functions -json` lists.
 */
import { cidrs } from './cidr.ts'
import { combinations } from './combine.ts'
import { conversions } from './conversion.ts'
import { encodings } from './encoding.ts'
import { fileFunctions } from './file.ts'
import { formats } from './format.ts'
import { hashes } from './hash.ts'
import { lazy } from './lazy.ts'
import { mappings } from './mapping.ts'
import { numbers } from './number.ts'
import { regexes } from './regex.ts'
import { sequences } from './sequence.ts'
import { setAlgebra } from './set-algebra.ts'
import type { FunctionSpec } from './spec.ts'
import { tallies } from './tally.ts'
import { texts } from './text.ts'
import { times } from './time.ts'
import { yamls } from './yaml.ts'

const all: readonly FunctionSpec[] = [...cidrs, ...conversions, ...encodings, ...fileFunctions, ...formats, ...hashes, ...lazy, ...mappings, ...numbers, ...regexes, ...sequences, ...combinations, ...tallies, ...setAlgebra, ...texts, ...times, ...yamls]

/** Every function by its name, and by `core::` and its name. */
export const functions: ReadonlyMap<string, FunctionSpec> = new Map(all.flatMap((spec) => [[spec.name, spec] as const, [`core::${spec.name}`, spec] as const]))
