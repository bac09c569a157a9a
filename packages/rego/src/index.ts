/**
 * Rego in process. Three steps: `parseModule` turns text into a tree or diagnostics; `compileModules` turns trees into a program;
 * `evaluate`, or `prepareQuery` for many evaluations, asks it. `compile` does the first two at once.
 */
export * from './error.ts'
export * from './value/index.ts'
export { parseModule, parseQuery, parseTermText, type Parsed, type ParseOptions } from './syntax/parse.ts'
export type { Annotation, Comment, Import, Literal, Module, Rule, Term } from './syntax/tree.ts'
export { compile, type Sources } from './compile/sources.ts'
export { type Compiled, type CompileOptions, compileModules, type QueryOptions } from './compile/compile.ts'
export { evaluate, type EvaluateOptions, type Evaluation, type ExpressionResult, type PreparedQuery, prepareQuery, type Result } from './evaluate/evaluate.ts'
export { type Budget, usualBudget } from './evaluate/context.ts'
export type { Builtin } from './builtin/registry.ts'
