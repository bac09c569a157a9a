/** Calls that have their effect once. */
export { besideCall, createOnce, DigestedBody, onceStore } from './calls.ts'
export type { Kept, Once, OnceCall, OnceErrorCode } from './calls.ts'
export { onceMigrations } from './tables.ts'
