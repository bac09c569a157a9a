import { EnvelopeError, type Context } from '../../../src/platform/envelope/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import type { StateKeyOptions } from '../../../src/platform/envelope/index.ts'

export const context: Context = { instance: 'ins_1', kind: 'state', workspace: 'shop/prod', version: 'stv_1' }

/** What it was refused with, or "opened". */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'opened'
  } catch (error) {
    if (error instanceof EnvelopeError) return error.code
    throw error
  }
}

export const cheap = { memory: 64, passes: 1, lanes: 1 }

export const optionsIn = (dataDir: string): StateKeyOptions => ({ dataDir, protection: 'file', passphrase: null, clock: systemClock, random: systemRandom, cost: cheap })

/** Text of `size` bytes that looks like a state: names that repeat, ids that do not. */
export function stateOf(size: number, noise: (index: number) => string = (index) => Math.imul(index + 1, 2_654_435_761).toString(16)): Buffer {
  const parts: string[] = ['{"version":4,"terraform_version":"1.11.4","serial":7,"lineage":"8f1c","resources":[']
  for (let index = 0, length = 0; length < size; index++) {
    const id = `i-${noise(index)}`
    const part = JSON.stringify({ mode: 'managed', type: 'aws_instance', name: `web_${index}`, instances: [{ attributes: { id, arn: `arn:aws:ec2:eu-central-1:123456789012:instance/${id}`, tags: { Name: `web-${index}` }, user_data: noise(index * 7) } }] }, null, 2)
    parts.push(part)
    length += part.length
  }
  return Buffer.from(parts.join(',')).subarray(0, size)
}
