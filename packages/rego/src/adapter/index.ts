/** `@countersign/rego/adapter`: policies that are evaluated elsewhere. Off unless a caller asks for one by name. */
export { type AdapterCode, AdapterError } from './error.ts'
export { serverPolicy, type ServerOptions, type ServerPolicy } from './server.ts'
export { loadWasmPolicy, type WasmOptions, type WasmPolicy } from './wasm.ts'
