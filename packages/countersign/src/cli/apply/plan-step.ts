/** The plan, and what it means; its words go where people read. */
import { makePlan, type Plan, type Prepared, type Streams } from '../../engine/index.ts'
import type { Output } from '../output.ts'
import { createForeign } from '../render/foreign.ts'
import { readPlan, type ReadPlan } from './read-plan.ts'

export function streamsOf(output: Output): Streams {
  const [words, errors] = [createForeign(), createForeign()]
  return { output: (chunk) => output.raw(words(chunk)), errors: (chunk) => void process.stderr.write(errors(chunk)), colour: output.colour }
}

/** Undefined: nothing to change. Throws EngineError, PlanError. */
export async function planAndRead(prepared: Prepared, output: Output, signal: AbortSignal): Promise<{ plan: Plan; read: ReadPlan } | undefined> {
  const result = await makePlan(prepared, streamsOf(output), signal)
  if (!result.changes) return undefined
  try {
    return { plan: result.plan, read: readPlan(result.plan.json) }
  } catch (error) {
    result.plan.dispose()
    throw error
  }
}
