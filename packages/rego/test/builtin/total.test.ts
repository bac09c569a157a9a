/** No arguments make a builtin do anything but answer, be undefined, or fail with a coded error within its budget. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { builtins } from '../../src/builtin/index.ts'
import { EvaluationError, RegoSet, type Value } from '../../src/index.ts'
import { call } from '../support/call.ts'

const runs = process.env['COUNTERSIGN_TEST_LONG'] === '1' ? 1_000 : 20

const seed = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', 'a', '1.0.0-a', '10.0.0.0/0', '::/0', '2001:db8::1/64', '%', '%%', '%*d', '{{', '{{range .}}{{end}}', '[', '(a*)*b', '{a,b', '2006', '2024-02-29T00:00:00Z', '5Ki', '-', '/', '~0', 'eyJhbGciOiJub25lIn0.e30.', '*a', '&a [*a]', '{"a": 1}', '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n', 'MAA=', 'pkg:a/b', '1h', 'UTC', '\ud800', 'sha'),
)
/** Two of them side by side reach further than one. */
const word = fc.oneof(seed, fc.tuple(seed, seed).map(([a, b]) => a + b))
const number = fc.oneof(fc.integer({ min: -5, max: 40 }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }), fc.constantFrom(-1, 0, 1e300, -1e9, 1e18, 2 ** 31))
const value: fc.Arbitrary<Value> = fc.letrec<{ any: Value }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    word, number, fc.constantFrom(null, true, false),
    fc.array(tie('any'), { maxLength: 3 }), fc.dictionary(word, tie('any'), { maxKeys: 3 }) as fc.Arbitrary<Value>, fc.array(tie('any'), { maxLength: 3 }).map((all) => new RegoSet(all)),
  ),
})).any

/** Mostly of the type that the parameter wants: else every call ends at the first check. */
function argument(type: string): fc.Arbitrary<Value> {
  const kinds: Record<string, fc.Arbitrary<Value>> = {
    string: word, number, array: fc.array(value, { maxLength: 4 }), set: fc.array(value, { maxLength: 4 }).map((all) => new RegoSet(all)), object: fc.dictionary(word, value, { maxKeys: 4 }),
  }
  const wanted = type.split('|').map((one) => kinds[one] ?? value)
  return fc.oneof({ weight: 5, arbitrary: fc.oneof(...wanted) }, { weight: 1, arbitrary: value })
}

const callable = [...builtins.values()].filter(({ kind, variadic }) => (kind === 'pure' || kind === 'query') && variadic !== true)

test.each(callable.map(({ name, params }) => [name, params] as const))('%s', (name, params) => {
  fc.assert(fc.property(fc.tuple(...params.map(argument)), (args) => {
    try {
      call(name, args, { budget: { steps: 2_000_000, milliseconds: 20_000, elements: 200_000 } })
    } catch (error) {
      expect(error).toBeInstanceOf(EvaluationError)
      expect(['eval_type_error', 'eval_builtin_error', 'eval_budget_error']).toContain((error as EvaluationError).code)
    }
  }), { numRuns: runs })
})
