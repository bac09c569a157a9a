/** Union, intersection and difference of sets. */
import { convert, unify } from '../value/convert.ts'
import { equals } from '../value/operate.ts'
import { set } from '../value/set.ts'
import { any, setOf } from '../value/type.ts'
import { elementsOf, isKnown, isTrue, isWhollyKnown, unknown, type Value } from '../value/value.ts'
import { elementType, fail, type FunctionSpec } from './spec.ts'

type Choose = (sets: readonly (readonly Value[])[], has: (set: readonly Value[], one: Value) => boolean) => Value[]

function setOperation(name: string, params: readonly string[], rest: string | undefined, choose: Choose): FunctionSpec {
  const setOfAny = setOf(any)
  const allowsUnknown = name !== 'setsubtract'
  const param = (one: string): FunctionSpec['params'][number] => ({ name: one, type: setOfAny, dynamic: true })
  return {
    name,
    params: params.map(param),
    ...(rest === undefined ? {} : { rest: param(rest) }),
    returns: setOfAny,
    notNull: true,
    typeOf: (args) => {
      const elements = args.filter((one) => !(one.type.kind === 'set' && one.type.element.kind === 'any' && isKnown(one) && elementsOf(one).length === 0)).map((one) => elementType(one.type))
      if (elements.length === 0) return setOfAny
      const common = unify(elements, true)
      return common === undefined ? fail('given sets must all have compatible element types') : setOf(common.type)
    },
    run: (args, type) => {
      const sets = args.map((one) => convert(one, type))
      if (sets.some((one) => !isKnown(one))) return unknown(type)
      if (!allowsUnknown && sets.some((one) => !isWhollyKnown(one))) return unknown(type)
      if (allowsUnknown && name === 'setintersection' && sets.some((one) => !isWhollyKnown(one))) return unknown(type)
      const has = (within: readonly Value[], one: Value): boolean => within.some((other) => isTrue(equals(other, one)))
      return set(elementType(type), choose(sets.map(elementsOf), has))
    },
  }
}

const setunion = setOperation('setunion', ['first_set'], 'other_sets', (sets) => sets.flat())

const setintersection = setOperation('setintersection', ['first_set'], 'other_sets', ([first = [], ...others], has) => first.filter((one) => others.every((other) => has(other, one))))

const setsubtract = setOperation('setsubtract', ['a', 'b'], undefined, ([a = [], b = []], has) => a.filter((one) => !has(b, one)))

export const setAlgebra: readonly FunctionSpec[] = [setunion, setintersection, setsubtract]
