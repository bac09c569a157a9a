import { describe, expect, test } from 'vitest'
import { evaluated, findings, output } from './support.ts'

const locals = (count: number, of: (before: string) => string, first: string): string =>
  `locals {\n  l0 = ${first}\n${Array.from({ length: count }, (_, i) => `  l${i + 1} = ${of(`local.l${i}`)}`).join('\n')}\n}\noutput "o" { value = local.l${count} }`

describe('what a configuration may cost is bounded, and going over is a finding', () => {
  test('loops within loops end', () => {
    const nested = Array.from({ length: 6 }).reduce<string>((inner) => `[for x in range(1000) : ${inner}]`, 'x')
    expect(findings(evaluated(`output "o" { value = length(flatten(${nested})) }`, {}, { mostSteps: 100_000 }))).toEqual(['Evaluation stopped'])
  })

  test('texts that double end', () => {
    const root = evaluated(locals(40, (before) => `"\${${before}}\${${before}}"`, '"0123456789"'))
    expect(findings(root)[0]).toBe('Evaluation stopped')
    expect(output(root, 'o')).toEqual({ unknown: true })
  })

  test('lists that double end', () => {
    expect(findings(evaluated(locals(40, (before) => `concat(${before}, ${before})`, '[1, 2]')))[0]).toBe('Error in function call')
    expect(findings(evaluated(locals(12, (before) => `setproduct(${before}, ${before})`, '[1, 2, 3]')))[0]).toBe('Error in function call')
  })

  test('values that are nested deeper and deeper end', () => {
    const root = evaluated(locals(5000, (before) => `[${before}]`, '1'))
    expect(findings(root)).toContain('Value too deep')
  })

  test('a JSON text nested a hundred thousand levels is a finding', () => {
    const root = evaluated('variable "t" {}\noutput "o" { value = jsondecode(join("", concat([for i in range(1000) : join("", [for k in range(100) : "["])], ["1"]))) }')
    expect(findings(root).length).toBe(1)
  })

  test('a pattern that would take others for ever takes no time', () => {
    const text = 'a'.repeat(5000)
    expect(output(evaluated(`output "o" { value = can(regex("^(a+)+$", "${text}b")) }`), 'o')).toBe(false)
    expect(output(evaluated(`output "o" { value = length(chomp("${'\\n'.repeat(20_000)}x")) }`), 'o')).toBe(20_001)
  })

  test('a number with a million digits behind its exponent is a finding', () => {
    expect(findings(evaluated('output "o" { value = 1e1000000 }'))).toEqual(['Invalid number literal'])
    expect(findings(evaluated('output "o" { value = tonumber("1e1000000") }'))).toEqual(['Invalid function argument'])
    expect(findings(evaluated('output "o" { value = format("%2000000d", 1) }'))).toEqual(['Error in function call'])
  })
})
