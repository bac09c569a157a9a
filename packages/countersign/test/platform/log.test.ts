import { expect, test } from 'vitest'
import { createLog, secretFields, type LogLevel } from '../../src/platform/log.ts'

function lines(level: LogLevel = 'info') {
  const written: string[] = []
  return { written, log: createLog(level, { write: (line: string) => void written.push(line) }) }
}

test('one JSON line with time, level and message', () => {
  const { written, log } = lines()
  log.info({ run: 'run_1' }, 'applied')
  expect(JSON.parse(written[0] ?? '')).toMatchObject({ level: 'info', name: 'countersign', run: 'run_1', msg: 'applied', time: expect.stringMatching(/Z$/) })
})

test('the values of secret fields are not printed, up to three levels deep', () => {
  const { written, log } = lines()
  for (const field of secretFields) log.info({ [field]: 'CANARY', headers: { [field]: 'CANARY' }, request: { headers: { [field]: 'CANARY', kept: 'yes' } } }, 'x')
  expect(written.join('')).not.toContain('CANARY')
  expect(written.join('')).toContain('"kept":"yes"')
})

test('an error is its name, code, message and cause, without a stack', () => {
  const { written, log } = lines()
  log.error({ err: Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'storage_unavailable' }) }, 'failed')
  expect(JSON.parse(written[0] ?? '')).toMatchObject({ err: { name: 'Error', code: 'storage_unavailable', message: 'outer', cause: { message: 'inner' } } })
  expect(written[0]).not.toContain('.test.ts')
})

test('the level decides what is written', () => {
  const { written, log } = lines('error')
  log.warn('not this')
  log.error('this')
  expect(written).toHaveLength(1)
})
