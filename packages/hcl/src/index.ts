export type * from './syntax/tree.ts'
export { type Position, type Range, Source, sourceOf } from './syntax/source.ts'
