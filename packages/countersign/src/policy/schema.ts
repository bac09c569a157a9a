/**
 * The form of `policy.yaml`, version 1. Strict: an unknown member is an error, because a misspelt condition that is
 * silently ignored would make a rule match more than its author meant.
 */
import { z } from 'zod'

const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,5}(s|m|h)$/, 'a duration such as 30s, 15m or 8h')
  .transform((text) => Number(text.slice(0, -1)) * { s: 1, m: 60, h: 3600 }[text.slice(-1) as 's' | 'm' | 'h'])

const name = z.string().min(1).max(100)
const oneOrMany = <T extends z.ZodType>(item: T) => z.union([item.transform((value) => [value]), z.array(item).min(1)])
const glob = z.string().regex(/^[A-Za-z0-9._*-]+\/[A-Za-z0-9._*-]+$/, 'a pattern project/name, where * stands for any characters but a slash')

const environment = z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/), workspaces: z.array(glob).min(1) })

const condition = z.strictObject({
  action: oneOrMany(name).optional(),
  environment: oneOrMany(name).optional(),
  workspace: oneOrMany(glob).optional(),
  risk: oneOrMany(z.enum(['none', 'low', 'medium', 'high', 'critical'])).optional(),
  scope: oneOrMany(z.enum(['apply', 'destroy'])).optional(),
  mode: oneOrMany(z.enum(['wrapped', 'native', 'agent'])).optional(),
})

const require = z.strictObject({
  assurance: z.enum(['aal1', 'aal2', 'aal3']).default('aal2'),
  'phishing-resistant': z.boolean().default(true),
  fresh: duration.refine((seconds) => seconds <= 31_536_000, 'at most a year').default(600),
  'self-step-up': z.boolean().default(true),
  approvals: z.int().min(0).max(16).default(0),
  'approver-role': z.string().regex(/^([a-z][a-z0-9-]{0,63})?$/, 'a role, in lower-case letters, digits and hyphens').default(''),
  'exclude-requester': z.boolean().default(false),
})

/** A permission that names no action is one of runs: whoever lets "everything in dev" pass did not mean the reading of its secrets. */
const permitted = condition.transform((when) => ({ ...when, action: when.action ?? ['run.apply'] }))

const rule = z.discriminatedUnion('then', [
  z.strictObject({ name, when: permitted, then: z.literal('allow') }),
  z.strictObject({ name, when: condition, then: z.literal('countersign'), require: require.optional(), expires: duration.default(900) }),
  z.strictObject({ name, when: condition, then: z.literal('deny'), reason: z.string().min(1).max(500) }),
])

export const policyDocument = z.strictObject({
  version: z.literal(1),
  demonstration: z.boolean().default(false),
  environments: z.array(environment).default([]),
  rules: z.array(rule).min(1),
})

export type PolicyDocument = z.infer<typeof policyDocument>
export type PolicyRule = PolicyDocument['rules'][number]
export const defaultRequire = require.parse({})
