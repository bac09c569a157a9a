/** A step of an app is used once for its person, whichever server and whatever the clock says; and none that is older comes after it. */
import { ofType, type Facts } from './facts.ts'

export function checkCodes(facts: Facts): void {
  const { countersignatures, ceremonies, calls, steps, blame } = facts
  const last = new Map<string, number>()
  for (const { details, ids, index } of ofType(facts, 'gate.countersigned')) {
    if (details['method'] !== 'totp') continue
    const row = countersignatures.find(({ digest }) => digest === details['countersignatureDigest'])
    const { envelope } = JSON.parse(row?.countersignature ?? '{}') as { envelope?: string }
    const ceremony = ceremonies.find((one) => one.envelope === envelope)?.id
    const step = Number(calls.find(({ about }) => about['ceremony'] === ceremony && about['codeOfStep'] !== undefined)?.about['codeOfStep'] ?? Number.NaN)
    const person = ids['person'] ?? ''
    const before = last.get(person)
    if (before !== undefined && !(step > before)) blame(`leaf ${index}: a code of step ${step} counted after one of step ${before}`)
    last.set(person, step)
  }
  for (const [person, step] of last) if ((steps.find((one) => one.person === person)?.last_step ?? 0) < step) blame(`step ${step} of ${person} counted, and is not remembered`)
}
