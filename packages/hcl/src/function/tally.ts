/** Functions that make one value of many, and many of a few numbers. */
import { convert } from '../value/convert.ts'
import { add, compare as compareNum, type Num } from '../value/number.ts'
import { any, bool, listOf, nameOf, number } from '../value/type.ts'
import { elementsOf, isKnown, isWhollyKnown, list, no, num, numOf, truth, unknown, type Value } from '../value/value.ts'
import { reword } from './count.ts'
import { fail, failAt, type FunctionSpec, isSequence } from './spec.ts'

const sumMessage = 'argument must be list, set, or tuple of number values'

const sum: FunctionSpec = {
  name: 'sum',
  params: [{ name: 'list', type: any }],
  returns: any,
  notNull: true,
  typeOf: () => number,
  run: ([value]) => {
    const v = value ?? no
    if (v.type.kind === 'string' || v.type.kind === 'number' || v.type.kind === 'bool') return failAt(0, 'cannot sum noniterable')
    const size = v.data instanceof Map ? v.data.size : elementsOf(v).length
    if (size === 0) return failAt(0, 'cannot sum an empty list')
    if (!isSequence(v.type)) return failAt(0, `argument must be list, set, or tuple. Received ${nameOf(v.type)}`)
    if (!isWhollyKnown(v)) return unknown(number)
    let total: Num | undefined
    for (const one of elementsOf(v)) {
      if (one.data === null) return failAt(0, sumMessage)
      const n = numOf(reword(() => convert(one, number), () => failAt(0, sumMessage)))
      total = total === undefined ? n : add(total, n)
    }
    return num(total ?? 0)
  },
}

function allOrAny(name: string, deciding: boolean): FunctionSpec {
  return {
    name,
    params: [{ name: 'list', type: listOf(bool) }],
    returns: bool,
    notNull: true,
    run: ([value]) => {
      let open = false
      for (const one of elementsOf(value ?? no)) {
        if (!isKnown(one)) {
          if (name === 'alltrue') return unknown(bool)
          open = true
        } else if (one.data === null) {
          if (name === 'alltrue') return no
        } else if (one.data === deciding) return truth(deciding)
      }
      return open ? unknown(bool) : truth(!deciding)
    },
  }
}

const rangeOf: FunctionSpec = {
  name: 'range',
  params: [],
  rest: { name: 'params', type: number },
  returns: listOf(number),
  notNull: true,
  run: (args) => {
    const n = args.map(numOf)
    if (n.length < 1 || n.length > 3) return fail('must have one, two, or three arguments')
    const start: Num = n.length === 1 ? 0 : (n[0] ?? 0)
    const end: Num = n.length === 1 ? (n[0] ?? 0) : (n[1] ?? 0)
    const down = n.length === 3 ? compareNum(n[2] ?? 0, 0) < 0 : compareNum(end, start) < 0
    const step: Num = n[2] ?? (down ? -1 : 1)
    if (down && compareNum(end, start) > 0) return failAt(1, 'end must be less than start when step is negative')
    if (!down && compareNum(end, start) < 0) return failAt(1, 'end must be greater than start when step is positive')
    const values: Value[] = []
    for (let at = start; down ? compareNum(at, end) > 0 : compareNum(at, end) < 0; at = add(at, step)) {
      if (values.length >= 1024) return fail('more than 1024 values were generated; either decrease the difference between start and end or use a smaller step')
      values.push(num(at))
    }
    return list(number, values)
  },
}

export const tallies: readonly FunctionSpec[] = [sum, allOrAny('alltrue', false), allOrAny('anytrue', true), rangeOf]
