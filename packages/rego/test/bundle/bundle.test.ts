/** Bundles: what is taken, what is refused, and that a signature covers everything. */
import { createHash, createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BundleError, type BundleOptions, loadBundle, readBundle, unpack } from '../../src/bundle/index.ts'
import { compileModules } from '../../src/compile/compile.ts'
import { evaluate } from '../../src/index.ts'
import { folderOf } from '../support/folder.ts'
import { archive, tar } from './archive.ts'

const files = {
  '.manifest': '{"revision": "r1", "roots": ["app", "users"], "metadata": {"a": 1}}',
  'app/policy.rego': 'package app\n\nallow if data.users[input.user].admin',
  'users/data.json': '{"ann": {"admin": true}}',
  'app/limits/data.yaml': 'most: 10\n',
}

const bytes = (all: { readonly [name: string]: string }): Map<string, Uint8Array> => new Map(Object.entries(all).map(([name, content]) => [name, Buffer.from(content)]))

function refusal(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    return error instanceof BundleError ? error.code : String(error)
  }
  return 'taken'
}

describe('a bundle', () => {
  test('is the same from a folder, from an archive and from memory, and its policies see its documents', () => {
    const folder = folderOf(files)
    for (const bundle of [loadBundle(folder), readBundle(unpack(archive(files))), readBundle(bytes(files))]) {
      expect(bundle.manifest.revision).toBe('r1')
      expect(bundle.data).toEqual({ users: { ann: { admin: true } }, app: { limits: { most: 10 } } })
      const program = compileModules(bundle.modules)
      expect(evaluate(program, 'data.app.allow', { data: bundle.data, input: { user: 'ann' } }).results).toHaveLength(1)
      expect(evaluate(program, 'data.app.allow', { data: bundle.data, input: { user: 'bob' } }).results).toHaveLength(0)
    }
  })

  test('names its files in messages', () => {
    const folder = folderOf({ 'a/b.rego': 'package a\n\nx :=' })
    expect(() => loadBundle(folder)).toThrow(`${folder}/a/b.rego:3: rego_parse_error`)
  })

  test('says in which version of Rego its files are', () => {
    const old = { 'old/a.rego': 'package old\n\nx[y] { y := 1 }', 'new/b.rego': 'package new\n\nx contains 1' }
    expect(refusal(() => readBundle(bytes(old)))).toContain('rego_parse_error')
    expect(readBundle(bytes({ ...old, '.manifest': '{"file_rego_versions": {"/old/*.rego": 0}}' })).modules.map(({ version }) => version).sort()).toEqual(['v0', 'v1'])
  })

  test.each([
    ['a document outside of its roots', { ...files, 'other/data.json': '{"x": 1}' }, 'outside_roots'],
    ['a policy outside of its roots', { ...files, 'x.rego': 'package other' }, 'outside_roots'],
    ['roots that overlap', { '.manifest': '{"roots": ["a", "a/b"]}' }, 'bad_manifest'],
    ['a manifest that is no object', { '.manifest': '[]' }, 'bad_manifest'],
    ['two documents for one place', { 'data.json': '{"a": {"b": 1}}', 'a/data.json': '{"b": 2}' }, 'conflict'],
    ['a document at the root that is no object', { 'data.json': '[1]' }, 'bad_data'],
    ['a document that is no JSON', { 'data.json': '{' }, 'bad_data'],
  ])('is refused for %s', (_, content, code) => {
    expect(refusal(() => readBundle(bytes(content as { [name: string]: string })))).toBe(code)
  })
})

describe('an archive', () => {
  test.each([
    ['a name that leaves it', tar([{ name: '../../etc/x', content: 'x' }])],
    ['a symbolic link', tar([{ name: 'data.json', kind: '2' }])],
    ['a size beyond its end', tar([{ name: 'data.json', content: '{}', size: 999_999_999 }])],
    ['no gzip at all', undefined],
  ])('is refused for %s', (_, content) => {
    expect(refusal(() => unpack(content === undefined ? Buffer.from('plain') : gzipSync(content)))).toBe('unreadable')
  })

  test('that unpacks to more than the limit is refused before it fills the memory', () => {
    expect(refusal(() => unpack(gzipSync(Buffer.alloc(520 * 1024 * 1024))))).toBe('too_large')
  })

  test('may have long names', () => {
    const name = `${'d'.repeat(60)}/${'e'.repeat(60)}/data.json`
    expect([...unpack(gzipSync(tar([{ name: '././@LongLink', kind: 'L', content: `${name}\0` }, { name: 'short', content: '{}' }]))).keys()]).toEqual([name])
  })
})

describe('a signed bundle', () => {
  const secret = 's3cret'
  const keys: NonNullable<BundleOptions['keys']> = { k1: { key: secret, algorithm: 'HS256' } }
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const digest = (name: string, content: string): string => createHash('sha256').update(name.endsWith('.json') ? JSON.stringify(JSON.parse(content)) : content).digest('hex')
  const plain = { 'a.rego': 'package a\n\nx := 1', 'data.json': '{"a": 1}' }

  function signed(content: { readonly [name: string]: string }, over: { readonly [name: string]: string } = content, header: object = { alg: 'HS256', kid: 'k1' }): Map<string, Uint8Array> {
    const list = Object.entries(over).map(([name, text]) => ({ name, hash: digest(name, text), algorithm: 'SHA-256' }))
    const text = `${part(header)}.${part({ files: list })}`
    const hash = 'alg' in header && header.alg === 'HS512' ? 'sha512' : 'sha256'
    const token = `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`
    return bytes({ ...content, '.signatures.json': JSON.stringify({ signatures: [token] }) })
  }

  test('is taken where all files are as they were', () => {
    expect(readBundle(signed(plain), { keys }).signed).toBe(true)
    // a document's layout does not matter, its content does
    expect(readBundle(signed({ ...plain, 'data.json': '{ "a":1 }' }, plain), { keys }).signed).toBe(true)
  })

  test.each([
    ['has no signature', bytes(plain), 'unsigned'],
    ['has a file that was changed', signed({ ...plain, 'a.rego': 'package a\n\nx := 2' }, plain), 'bad_signature'],
    ['has a document that was changed', signed({ ...plain, 'data.json': '{"a":2}' }, plain), 'bad_signature'],
    ['has a file more', signed({ ...plain, 'b.rego': 'package b' }, plain), 'bad_signature'],
    ['has a file less', signed({ 'a.rego': plain['a.rego'] }, plain), 'bad_signature'],
    ['uses no algorithm', signed(plain, plain, { alg: 'none', kid: 'k1' }), 'bad_signature'],
    ['uses another algorithm than the key', signed(plain, plain, { alg: 'HS512', kid: 'k1' }), 'bad_signature'],
    ['names a key that is not trusted', signed(plain, plain, { alg: 'HS256', kid: 'k2' }), 'bad_signature'],
  ])('is refused where it %s', (_, content, code) => {
    expect(refusal(() => readBundle(content, { keys }))).toBe(code)
  })

  test('is refused with the wrong secret, and before anything in it is parsed', () => {
    expect(refusal(() => readBundle(signed({ 'a.rego': 'not rego' }), { keys: { k1: { key: 'other', algorithm: 'HS256' } } }))).toBe('bad_signature')
  })

  test('on disk counts every file of the folder', () => {
    const content = Object.fromEntries([...signed(plain)].map(([name, some]) => [name, Buffer.from(some)]))
    expect(refusal(() => loadBundle(folderOf(content), { keys }))).toBe('taken')
    const folder = folderOf({ ...content, 'extra.txt': 'x' })
    expect(refusal(() => loadBundle(join(folder), { keys }))).toBe('bad_signature')
  })
})
