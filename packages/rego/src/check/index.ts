/** `@countersign/rego/check`: what is wrong with modules, without evaluating them. */
export { check, type CheckOptions } from './check.ts'
