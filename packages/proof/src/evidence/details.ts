/** The details of the leaves that bear on evidence. Members that are not named are ignored: nothing is read from them. */
import { ProofError } from '../errors.ts'
import { anyId, digest, digestOrNone, id, time } from '../schema/scalars.ts'
import { executor } from '../subject/executor.ts'
import { flag, integer, json, matching, oneOf, type Shape, ShapeError, text } from '../schema/shape.ts'
import type { JsonObject, JsonValue } from '../types/json.ts'
import type { KnownLeafType, LeafDetails } from '../types/record.ts'

const action = matching(/^[a-z][a-z.-]{0,63}$/, 'an action')
const orNull =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value, path) =>
    value === null ? null : shape(value, path)

const shapes: { [T in KnownLeafType]: { [M in keyof LeafDetails[T]]-?: Shape<LeafDetails[T][M]> } } = {
  'run.created': { run: id('run'), subjectDigest: digest },
  'gate.decided': { action, subjectDigest: digest, decision: text(64, 1), rule: text(256, 1), policy: digest },
  'gate.countersigned': { challenge: anyId, subjectDigest: digest, countersignatureDigest: digest },
  'gate.granted': { grant: anyId, subjectDigest: digest, executor, expires: time },
  'gate.redeemed': { grant: anyId, subjectDigest: digest },
  'run.apply-started': { run: id('run'), grant: anyId, planFile: digest },
  'run.outcome': {
    run: id('run'),
    result: oneOf('applied', 'failed', 'unknown'),
    summary: json,
    stateSerial: integer(0),
    stateDigest: digestOrNone,
    treeUnchanged: orNull(flag),
  },
}

export const isKnownType = (type: string): type is KnownLeafType => Object.hasOwn(shapes, type)

/** @throws ProofError leaf_details */
export function readDetails<T extends KnownLeafType>(type: T, details: JsonObject): LeafDetails[T] {
  const members = Object.entries(shapes[type]) as [string, Shape<JsonValue>][]
  try {
    const read = members.map(([member, shape]) => {
      if (!Object.hasOwn(details, member)) throw new ShapeError(`/${member}`, 'is missing')
      return [member, shape(details[member] ?? null, `/${member}`)]
    })
    return Object.fromEntries(read) as LeafDetails[T]
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause
    throw new ProofError('leaf_details', `the details of a leaf "${type}" are not as specified: ${cause.message}`, { cause })
  }
}
