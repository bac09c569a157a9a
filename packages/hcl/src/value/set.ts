/** Sets: elements in set order, no two of them certainly equal. */
import { compareSetElements, equalElements } from './set-order.ts'
import { setOf, type Type } from './type.ts'
import { unmarkDeep, type Value } from './value.ts'

/** Elements that are equal coalesce. The marks of elements, however deep, become the set's own: elements are found by value alone. */
export function set(element: Type, elements: readonly Value[]): Value {
  let marks = 0
  const bare = elements.map((one) => {
    const [value, own] = unmarkDeep(one)
    marks |= own
    return value
  })
  const sorted = bare.sort(compareSetElements)
  const unique: Value[] = []
  for (const one of sorted) {
    let duplicate = false
    for (let i = unique.length - 1; i >= 0 && !duplicate; i--) {
      const other = unique[i]
      if (other === undefined || compareSetElements(other, one) !== 0) break
      duplicate = equalElements(other, one)
    }
    if (!duplicate) unique.push(one)
  }
  return { type: setOf(element), data: unique, marks }
}
