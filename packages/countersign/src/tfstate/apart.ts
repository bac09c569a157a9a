/** Reading states on threads apart, so that a large one does not stop the event loop. */
export { createStateReader } from './apart/reader.ts'
export type { StateReader, StateReaderOptions, StateReading } from './apart/reader.ts'
export { readFacts, writeFacts } from './apart/message.ts'
export type { WrittenFacts } from './apart/message.ts'
