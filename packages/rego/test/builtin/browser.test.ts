/** The package as a browser sees it: one script, nothing of Node, and every library on board. */
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const entry = join(import.meta.dirname, '../../src/index.ts')

test('bundled for a browser it asks nothing of Node, and answers with every library', async () => {
  const { outputFiles, metafile } = await build({ entryPoints: [entry], bundle: true, write: false, metafile: true, format: 'iife', globalName: 'rego', platform: 'browser', conditions: ['source'], logLevel: 'silent' })
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports).filter(({ external }) => external === true).map(({ path }) => path)
  expect(outside).toEqual([])
  const web = createContext({ TextEncoder, TextDecoder, performance, Intl, atob, btoa, URL })
  runInContext(outputFiles[0]?.text ?? '', web)
  const asked = (query: string): unknown => runInContext(`JSON.stringify(rego.evaluate(rego.compile({}), ${JSON.stringify(`x = ${query}`)}).results[0]?.bindings.x)`, web)
  expect(asked('yaml.unmarshal("a: [1]")')).toBe('{"a":[1]}')
  expect(asked('regex.match("^a+$", "aa")')).toBe('true')
  expect(asked('crypto.md5("abc")')).toBe('"900150983cd24fb0d6963f7d28e17f72"')
  expect(asked('time.format([0, "Europe/Berlin"])')).toBe('"1970-01-01T01:00:00+01:00"')
  expect(asked('io.jwt.decode_verify(io.jwt.encode_sign({"alg": "HS256"}, {"a": 1}, {"kty": "oct", "k": "c2VjcmV0"}), {"secret": "secret"})[2]')).toBe('{"a":1}')
  expect(asked('count(io.jwt.encode_sign({"alg": "EdDSA"}, {}, {"kty": "OKP", "crv": "Ed25519", "x": "wEZFfoAj1rFKTLOOmjJjVZlCHwksuvMb2I5y_hg70E8", "d": "9XI34uQzYUJfWhDZf_0nYsLMBRVu8a6dFsy60P8uugk"}))')).toBe('111')
})
