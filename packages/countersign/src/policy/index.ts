/** Policy: who must countersign what. Pure: text and input in, a decision out. */
export type { Decision, Policy, PolicyInput, Reason } from './decision.ts'
export { parsePolicy, PolicyError } from './parse.ts'
export type { PolicyErrorCode, PolicyOptions } from './parse.ts'
export { defaultPolicy, demonstrationPolicy } from './defaults.ts'
export { describeChange } from './changes.ts'
export { verifyPolicyChain } from './chain.ts'
export type { PolicyChain, PolicyVersion } from './chain.ts'
