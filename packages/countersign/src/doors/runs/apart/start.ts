/** Starts a thread that reads plans. */
import { startThread as startAt } from '../../../apart/index.ts'
import type { Limits, Worker } from '../../../apart/index.ts'

export const startThread = (limits: Limits): Worker => startAt({ built: 'plan-thread', source: new URL('./thread.ts', import.meta.url) }, limits)
