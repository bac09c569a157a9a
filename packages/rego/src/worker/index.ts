/** Evaluation in a worker: `@countersign/rego/worker` asks, `@countersign/rego/thread` answers. */
export { Isolated, type IsolatedResult, type WorkerLike } from './isolated.ts'
export type { Program, Question } from './message.ts'
