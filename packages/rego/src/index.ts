export * from './error.ts'
export * from './value/index.ts'
