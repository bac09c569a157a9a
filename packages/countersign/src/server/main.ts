/** The entry of the server bundle. */
export { startServer } from './start.ts'
export type { RunningServer, StartOptions } from './start.ts'
