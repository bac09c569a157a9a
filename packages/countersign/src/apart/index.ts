/**
 * Work that would hold the event loop, on threads apart: the threads, what runs on them, and the memory that bodies are received into for
 * them. What is done there is each room's own (`tfstate/apart.ts`, `doors/runs/apart.ts`).
 */
export { createRoom } from './room.ts'
export type { Held, Memory, Room } from './room.ts'
export { serve } from './serve.ts'
export type { Given } from './serve.ts'
export { startThread } from './start.ts'
export type { Entry } from './start.ts'
export { shared, Threads } from './threads.ts'
export type { Asked, Limits, ThreadsOptions, Worker } from './threads.ts'
