import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { deflateRawSync, crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { EngineError } from '../../src/engine/index.ts'
import { decodeMsgpack } from '../../src/engine/planfile/msgpack.ts'
import { createPrivateFile } from '../../src/engine/planfile/private-file.ts'
import { readPlanFile } from '../../src/engine/planfile/read.ts'
import { readEntry, ZipError } from '../../src/engine/planfile/zip.ts'
import { hasTerraform, resource, terraform } from './place.ts'

type Member = { name: string; bytes: Buffer; method?: number; size?: number; crc?: number; flags?: number; localName?: string }

/** A ZIP file, right or wrong as told. */
function zip(members: Member[]): Buffer {
  const [locals, centrals]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const { name, bytes, method = 8, size = bytes.length, crc = crc32(bytes), flags = 0, localName = name } of members) {
    const packed = method === 8 ? deflateRawSync(bytes) : bytes
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(method, 8)
    local.writeUInt16LE(localName.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(flags, 8)
    central.writeUInt16LE(method, 10)
    central.writeUInt32LE(crc, 16)
    central.writeUInt32LE(packed.length, 20)
    central.writeUInt32LE(size, 24)
    central.writeUInt16LE(name.length, 28)
    central.writeUInt32LE(at, 42)
    locals.push(local, Buffer.from(localName), packed)
    centrals.push(central, Buffer.from(name))
    at += 30 + localName.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(centrals.reduce((sum, part) => sum + part.length, 0), 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, ...centrals, end])
}

describe('reading one entry of a ZIP file', () => {
  const text = Buffer.from('{"serial": 3}')
  it.each([8, 0])('answers the stored bytes, method %i', (method) => {
    expect(readEntry(zip([{ name: 'other', bytes: Buffer.from('x') }, { name: 'tfstate', bytes: text, method }]), 'tfstate', 1000)).toEqual(text)
  })

  it.each([
    ['that is missing', [{ name: 'other', bytes: text }]],
    ['that is there twice', [{ name: 'tfstate', bytes: text }, { name: 'tfstate', bytes: Buffer.from('{}') }]],
    ['of another size than named', [{ name: 'tfstate', bytes: text, size: text.length + 1 }]],
    ['that inflates beyond its size', [{ name: 'tfstate', bytes: Buffer.alloc(100_000), size: 10 }]],
    ['beyond the limit', [{ name: 'tfstate', bytes: Buffer.alloc(2_000) }]],
    ['with another checksum', [{ name: 'tfstate', bytes: text, crc: 1 }]],
    ['that is encrypted', [{ name: 'tfstate', bytes: text, flags: 1 }]],
    ['packed in another way', [{ name: 'tfstate', bytes: text, method: 12 }]],
    ['with two names', [{ name: 'tfstate', bytes: text, localName: 'tfstat3' }]],
  ] as [string, Member[]][])('refuses one %s', (_, members) => {
    expect(() => readEntry(zip(members), 'tfstate', 1000)).toThrow(ZipError)
  })

  it('is total: no bytes make it throw anything else', () => {
    const whole = zip([{ name: 'tfstate', bytes: text }])
    const total = (bytes: Buffer): void => {
      try {
        readEntry(bytes, 'tfstate', 1_000)
      } catch (error) {
        expect(error).toBeInstanceOf(ZipError)
      }
    }
    fc.assert(fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
      const damaged = Buffer.from(whole)
      damaged[at] = byte
      total(damaged)
      total(damaged.subarray(0, at))
    }))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => total(Buffer.from(bytes))))
  })
})

describe('MessagePack', () => {
  it('reads what a backend configuration holds', () => {
    const bytes = Buffer.concat([Buffer.of(0x84), str('a'), str('x'), str('b'), Buffer.of(0xc0), str('c'), Buffer.of(0xc3), str('d'), Buffer.of(0x92, 0x01, 0xcd, 0x01, 0x00)])
    expect({ ...(decodeMsgpack(bytes) as object) }).toEqual({ a: 'x', b: null, c: true, d: [1, 256] })
  })

  it('is total', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeMsgpack(Buffer.from(bytes))
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }))
  })
})

const str = (text: string): Buffer => Buffer.concat([Buffer.of(0xa0 | text.length), Buffer.from(text)])

describe.skipIf(!hasTerraform())('a plan file of the real terraform', () => {
  let plan: Buffer
  let tfstate: Buffer
  beforeAll(() => {
    const at = placeOnce()
    at.write('main.tf', `terraform {\n  backend "local" {\n    path = "states/x.tfstate"\n  }\n}\n${resource('x')}`)
    terraform(at.folder, ['init', '-input=false'])
    terraform(at.folder, ['apply', '-input=false', '-auto-approve'])
    at.write('main.tf', `terraform {\n  backend "local" {\n    path = "states/x.tfstate"\n  }\n}\n${resource('y')}`)
    terraform(at.folder, ['plan', '-input=false', '-out=p.tfplan'])
    plan = readFileSync(join(at.folder, 'p.tfplan'))
    tfstate = unzipped(join(at.folder, 'p.tfplan'), 'tfstate')
    at.remove()
  })

  it('names its state by the digest of the bytes that unzip finds, and by lineage and serial', () => {
    const { state, digest } = readPlanFile(plan)
    expect(state.digest).toBe(createHash('sha256').update(tfstate).digest('hex'))
    expect(digest).toBe(createHash('sha256').update(plan).digest('hex'))
    expect(state).toMatchObject({ lineage: (JSON.parse(tfstate.toString()) as { lineage: string }).lineage, serial: 1 })
    expect(state.lineage).not.toBe('')
  })

  it('names the backend that an apply will write to', () => {
    const { backend } = readPlanFile(plan)
    expect({ type: backend.type, workspace: backend.workspace, config: { ...backend.config } }).toEqual({ type: 'local', workspace: 'default', config: { path: 'states/x.tfstate', workspace_dir: null } })
  })

  it('damaged in any byte is read the same or refused with a code, never anything else', () => {
    fc.assert(fc.property(fc.nat(plan.length - 1), fc.nat(255), (at, byte) => {
      const damaged = Buffer.from(plan)
      damaged[at] = byte
      try {
        readPlanFile(damaged)
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError)
      }
    }), { numRuns: 300 })
  })
})

describe('what is no plan file', () => {
  it.each([
    ['plan_not_local', '{"remote_plan_format":1,"run_id":"run-x"}'],
    ['plan_unreadable', '{"meta":{},"encrypted_data":"x","encryption_version":"v0"}'],
    ['plan_unreadable', ''],
    ['plan_unreadable', 'anything'],
  ])('is refused as %s', (code, text) => {
    try {
      readPlanFile(Buffer.from(text))
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code })
    }
  })
})

describe('the private file', () => {
  it.runIf(process.platform === 'linux')('has no name that anybody could put another file under, and leaves nothing', () => {
    const file = createPrivateFile()
    expect(file.path).toMatch(new RegExp(`^/proc/${process.pid}/fd/\\d+$`))
    file.dispose()
    expect(() => readFileSync(file.path)).toThrow()
    expect(() => file.dispose()).not.toThrow()
  })
})

describe('where descriptors cannot be reached by a path', () => {
  it.each(['dispose', 'exit'] as const)('the private file has a name until %s', (end) => {
    const own = Object.getOwnPropertyDescriptor(process, 'platform')
    Object.defineProperty(process, 'platform', { ...own, value: 'freebsd' })
    onTestFinished(() => void (own && Object.defineProperty(process, 'platform', own)))
    const before = process.listeners('exit')
    const file = createPrivateFile()
    expect(statSync(file.path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file.path)).mode & 0o777).toBe(0o700)
    const added = process.listeners('exit').filter((listener) => !before.includes(listener))
    if (end === 'exit') for (const listener of added) listener(0)
    else file.dispose()
    expect(existsSync(dirname(file.path))).toBe(false)
    file.dispose()
    expect(process.listeners('exit')).toEqual(before)
  })
})

/** python's own reader, so that nothing of ours is compared with itself. */
function unzipped(path: string, name: string): Buffer {
  return execFileSync('python3', ['-c', 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))', path, name])
}

function placeOnce() {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-engine-'))
  return {
    folder,
    write(name: string, text: string) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
