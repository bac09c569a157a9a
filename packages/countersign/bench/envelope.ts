/**
 * What it costs to keep a state encrypted: sealing and opening 50 MB, and what else the process can do meanwhile.
 *
 * Ours is the whole envelope: compressed in chunks on libuv's threads, each chunk encrypted under a data key of its own, that wrapped by a
 * key file; opening verifies all of it. The other is how it is written in a few lines: gzip at the same level and one AES-256-GCM over the
 * result, with Node's functions that block. The state is generated: names that repeat, ids and passwords that do not; how far it
 * compresses is in the note.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { gunzipSync, gzipSync } from 'node:zlib'
import { systemClock } from '../src/platform/clock.ts'
import { open, openStateKeys, openStream, seal, type Context, type StateKeys } from '../src/platform/envelope/index.ts'
import { systemRandom } from '../src/platform/random.ts'
import { median, rounded, type BenchRow } from './place.ts'

const MB = 1_000_000
const ROUNDS = 5
const context: Context = { instance: 'ins_bench', kind: 'state', workspace: 'bench/bench', version: 'stv_bench' }

export async function run(): Promise<BenchRow[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  try {
    const keys = await openStateKeys({ dataDir, protection: 'file', passphrase: null, clock: systemClock, random: systemRandom })
    return [await speed(keys), await delay(keys)]
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function speed(keys: StateKeys): Promise<BenchRow> {
  const plain = generated(50 * MB)
  const [sealing, opening, plainly]: [number[], number[], number[]] = [[], [], []]
  let size = 0
  for (let round = -1; round < ROUNDS; round++) {
    const started = performance.now()
    const sealed = await seal(keys, context, plain)
    const between = performance.now()
    const opened = await open(keys, context, sealed)
    const ended = performance.now()
    if (!opened.equals(plain)) throw new Error('the state that came back is another one')
    size = sealed.body.length
    const other = blocking(plain)
    if (round < 0) continue
    sealing.push(between - started)
    opening.push(ended - between)
    plainly.push(other)
  }
  const [ours, other] = [median(sealing) + median(opening), median(plainly)]
  return {
    name: 'state sealed and opened, 50 MB', ours: rounded(ours), other: rounded(other), ratio: Math.round((ours / other) * 100) / 100, goal: 'at most 1.5', holds: ours / other <= 1.5, unit: 'ms',
    note: `seal ${rounded(median(sealing))}, open ${rounded(median(opening))}; compresses to 1/${Math.round(plain.length / size)}; the other is gzip at the same level and one AES-256-GCM, blocking`,
  }
}

/** The longest that anything else had to wait, against one blocking pass over the same bytes. */
async function delay(keys: StateKeys): Promise<BenchRow> {
  const plain = generated(200 * MB)
  const waits = monitorEventLoopDelay({ resolution: 1 })
  await turn()
  waits.enable()
  const sealed = await seal(keys, context, plain)
  let length = 0
  for await (const piece of await openStream(keys, context, sealed)) length += (piece as Uint8Array).length
  waits.disable()
  if (length !== plain.length) throw new Error('the state that came back is another one')
  const [p99, longest, other] = [waits.percentile(99) / 1e6, waits.max / 1e6, blocking(plain)]
  return {
    name: 'event loop while 200 MB are sealed and streamed', ours: rounded(p99), other: rounded(other), ratio: Math.round((p99 / other) * 10_000) / 10_000, goal: 'at most 0.02', holds: p99 / other <= 0.02, unit: 'ms',
    note: `99th percentile of what a timer waited; the longest was ${rounded(longest)} ms; the other blocks for its whole time`,
  }
}

function blocking(plain: Buffer): number {
  const [key, nonce] = [randomBytes(32), randomBytes(12)]
  const started = performance.now()
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const body = Buffer.concat([cipher.update(gzipSync(plain, { level: 1 })), cipher.final()])
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
  decipher.setAuthTag(cipher.getAuthTag())
  const opened = gunzipSync(Buffer.concat([decipher.update(body), decipher.final()]))
  const milliseconds = performance.now() - started
  if (opened.length !== plain.length) throw new Error('the state that came back is another one')
  return milliseconds
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Text like a state of many machines. */
function generated(size: number): Buffer {
  const parts: string[] = []
  const types = ['aws_instance', 'aws_security_group_rule', 'aws_iam_role_policy', 'aws_route53_record']
  for (let at = 0, length = 0; length < size; at++) {
    const id = randomBytes(8).toString('hex')
    const part = JSON.stringify({
      mode: 'managed', type: types[at % 4], name: `web_${at}`, provider: 'provider["registry.terraform.io/hashicorp/aws"]',
      instances: [{ schema_version: 1, attributes: { id: `i-${id}`, arn: `arn:aws:ec2:eu-central-1:123456789012:instance/i-${id}`, password: randomBytes(18).toString('base64'), private_ip: `10.${at % 256}.${(at >> 8) % 256}.${at % 251}`, tags: { Name: `web-${at}`, Team: 'platform' }, timeouts: null }, sensitive_attributes: [], private: randomBytes(24).toString('base64'), dependencies: ['aws_vpc.main', 'aws_subnet.a'] }],
    }, null, 2)
    parts.push(part)
    length += part.length + 1
  }
  return Buffer.from(parts.join('\n')).subarray(0, size)
}
