/** Every builtin that the language has, one list. The compiler and the evaluator know builtins through this file alone. */
import { aggregates } from './aggregates.ts'
import { arithmetic } from './arithmetic.ts'
import { arrays } from './arrays.ts'
import { awsSign } from './aws-sign.ts'
import { bits } from './bits.ts'
import { comparison } from './comparison.ts'
import { digests } from './crypto/digests.ts'
import { x509 } from './crypto/x509.ts'
import { encoding } from './encoding.ts'
import { graph } from './graph.ts'
import { jsonSchema } from './json-schema/schema.ts'
import { jsonPatch } from './json/patch.ts'
import { jsonPaths } from './json/paths.ts'
import { jsonText } from './json/text.ts'
import { jwt } from './jwt/jwt.ts'
import { language } from './language.ts'
import { net } from './net/cidr.ts'
import { numbers } from './numbers.ts'
import { objects } from './objects.ts'
import { parseModuleBuiltin } from './parse-module.ts'
import { glob } from './pattern/glob.ts'
import { regex } from './pattern/regex.ts'
import { purl } from './purl.ts'
import type { Builtin } from './registry.ts'
import { replaceN } from './replace-n.ts'
import { semver } from './semver.ts'
import { sets } from './sets.ts'
import { sprintf } from './sprintf.ts'
import { strings } from './strings.ts'
import { renderTemplate } from './template/render.ts'
import { time } from './time/time.ts'
import { types } from './types.ts'
import { units } from './units.ts'
import { uuid } from './uuid.ts'
import { yaml } from './yaml/yaml.ts'

const all: readonly (readonly Builtin[])[] = [
  comparison, arithmetic, bits, aggregates, arrays, sets, objects, types,
  strings, [replaceN, sprintf, renderTemplate], regex, glob,
  jsonText, jsonPaths, [jsonPatch], jsonSchema, yaml, encoding, units, semver, uuid, purl,
  numbers, graph, time, net, digests, x509, jwt, [awsSign, parseModuleBuiltin], language,
]

export const builtins: ReadonlyMap<string, Builtin> = new Map(all.flat().map((one) => [one.name, one]))
