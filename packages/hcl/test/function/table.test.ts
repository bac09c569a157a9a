import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { functions } from '../../src/function/index.ts'
import type { FunctionSpec, Parameter } from '../../src/function/spec.ts'
import type { Type } from '../../src/value/type.ts'
import { hasTerraform } from '../support/terraform.ts'

type Listed = { name: string; type: unknown; is_nullable?: boolean }
type Signature = { parameters?: Listed[]; variadic_parameter?: Listed; return_type: unknown }

const typeOf = (type: Type): unknown => (type.kind === 'any' ? 'dynamic' : 'element' in type ? [type.kind, typeOf(type.element)] : type.kind)
const parameter = ({ name, type, nullable }: Parameter): unknown => ({ name, type: typeOf(type), nullable: nullable === true })
const ours = (spec: FunctionSpec): unknown => ({ params: spec.params.map(parameter), rest: spec.rest === undefined ? null : parameter(spec.rest), returns: typeOf(spec.returns) })
const listed = ({ name, type, is_nullable }: Listed): unknown => ({ name, type, nullable: is_nullable === true })
const theirs = (one: Signature): unknown => ({ params: (one.parameters ?? []).map(listed), rest: one.variadic_parameter === undefined ? null : listed(one.variadic_parameter), returns: one.return_type })

const table = (signatures: Record<string, Signature>): Record<string, unknown> => Object.fromEntries(Object.entries(signatures).map(([name, one]) => [name, theirs(one)]))
const own = Object.fromEntries([...functions].map(([name, spec]) => [name, ours(spec)]))


describe('the table of functions', () => {
  const recorded = JSON.parse(readFileSync(resolve(import.meta.dirname, 'signatures.json'), 'utf8')) as Record<string, Signature>

  test('has the names, parameters and results that Terraform 1.11 lists, and an alias under core:: for each', () => {
    expect(own).toEqual(table(recorded))
    expect(functions.size).toBe(236)
  })

  test.skipIf(!hasTerraform)('is what the terraform of this machine lists', () => {
    const program = process.env['TERRAFORM_BIN'] ?? 'terraform'
    const said = execFileSync(program, ['metadata', 'functions', '-json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const { function_signatures: signatures } = JSON.parse(said) as { function_signatures: Record<string, Signature> }
    expect(own).toEqual(table(signatures))
  })
})
