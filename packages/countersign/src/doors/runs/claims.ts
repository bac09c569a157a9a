/**
 * What a client says of its run: the members of the statement that only the machine which planned can know. Strict, and
 * bounded: everything here ends up in a statement that a person reads and an auditor parses.
 */
import { z } from 'zod'

const hex = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest in hex')
const hexOrNone = z.union([hex, z.literal('')])
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
const short = z.string().max(256)

export const workspaceName = z
  .string()
  .max(129)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'a workspace is project/name, of letters, digits, dot, hyphen and underscore',
  )

export const backend = z.strictObject({ type: z.string().min(1).max(64), cliWorkspace: z.string().max(256), location: hex })
export const state = z.strictObject({ lineage: z.string().max(128), serial: count, digest: hex })
export const engine = z.strictObject({ name: z.enum(['terraform', 'tofu']), version: z.string().min(1).max(64), binary: hex })
export const providers = z.array(z.strictObject({ address: short.min(1), version: short, digest: hexOrNone })).max(200)
export const tree = z.strictObject({ digest: hexOrNone, files: count, bytes: count, bound: z.boolean() })
export const frozenArguments = z.array(z.string().max(1024)).max(100)
export const variables = z.array(z.strictObject({ name: short.min(1), digest: hex })).max(500)

export const runClaims = z.strictObject({
  mode: z.literal('wrapped'),
  derivation: z.literal('client-claimed'),
  workspace: z.strictObject({ name: workspaceName, backend }),
  plan: z.strictObject({ file: hex, json: hex, redactor: z.literal('1') }),
  state,
  engine,
  providers,
  tree,
  arguments: frozenArguments,
  variables,
  commit: z.union([z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/), z.literal('')]),
  dirty: z.boolean(),
  unbound: z.array(short.min(1)).max(200),
})
export type RunClaims = z.infer<typeof runClaims>

/** What is measured again right before the apply, on the private copy. */
export const measured = z.strictObject({ planFile: hex, state, tree, engine, providers, arguments: frozenArguments, variables, backend })
export type Measured = z.infer<typeof measured>

export const outcome = z.strictObject({
  lease: z.string().max(128),
  result: z.enum(['applied', 'failed']),
  summary: z.string().max(2000),
  state,
  treeUnchanged: z.boolean(),
})
export type Outcome = z.infer<typeof outcome>
