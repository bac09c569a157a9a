/** The entry of the demonstration's bundle. */
export { demo } from './demo.ts'
