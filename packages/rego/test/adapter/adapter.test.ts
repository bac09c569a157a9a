/** Policies elsewhere: what goes over the wire, and that no answer is an error and never a permission. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as opaWasm from '@open-policy-agent/opa-wasm'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AdapterError, loadWasmPolicy, serverPolicy } from '../../src/adapter/index.ts'
import { RegoSet } from '../../src/index.ts'
import { tinyPolicy } from './tiny-policy.ts'

type Answer = { readonly status?: number; readonly body?: string; readonly headers?: Record<string, string>; readonly never?: boolean }

async function opa(answer: Answer): Promise<{ readonly url: string; readonly seen: { readonly request: IncomingMessage; readonly body: string }[] }> {
  const seen: { request: IncomingMessage; body: string }[] = []
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => { body += chunk.toString() })
    request.on('end', () => {
      seen.push({ request, body })
      if (answer.never !== true) response.writeHead(answer.status ?? 200, answer.headers ?? {}).end(answer.body ?? '')
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  onTestFinished(() => { server.closeAllConnections(); server.close() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

async function codeOf(asked: Promise<unknown>): Promise<string> {
  try {
    return `answered ${JSON.stringify(await asked)}`
  } catch (error) {
    return error instanceof AdapterError ? error.code : String(error)
  }
}

describe('a server', () => {
  test('is asked by POST, with the input and the token, and its result is exact', async () => {
    const { url, seen } = await opa({ body: '{"result": [12345678901234567890]}' })
    const policy = serverPolicy({ url, token: 't0ken' })
    expect(await policy.evaluate('terraform/deny it', { set: new RegoSet([2, 1]), big: 98765432109876543210n })).toEqual([12345678901234567890n])
    expect(seen[0]?.request).toMatchObject({ method: 'POST', url: '/v1/data/terraform/deny%20it', headers: { authorization: 'Bearer t0ken' } })
    expect(seen[0]?.body).toBe('{"input":{"big":98765432109876543210,"set":[1,2]}}')
  })

  test('that knows no such document answers undefined', async () => {
    const { url } = await opa({ body: '{}' })
    expect(await serverPolicy({ url }).evaluate('a', undefined)).toBeUndefined()
  })

  test.each<readonly [string, Answer, string]>([
    ['refuses', { status: 500, body: '{"result": true}' }, 'refused'], ['answers with nothing', {}, 'malformed'], ['answers with no JSON', { body: 'true!' }, 'malformed'], ['answers with no object', { body: 'true' }, 'malformed'],
    ['says too much', { body: `{"result": "${'x'.repeat(2000)}"}` }, 'too_large'], ['never answers', { never: true }, 'too_slow'],
  ])('that %s is an error', async (_, answer, code) => {
    const { url } = await opa(answer)
    expect(await codeOf(serverPolicy({ url, mostBytes: 1000, milliseconds: answer.never === true ? 50 : 5000 }).evaluate('a', {}))).toBe(code)
  })

  test('that sends elsewhere is an error: the input and the token stay here', async () => {
    const other = await opa({ body: '{"result": true}' })
    const { url } = await opa({ status: 307, headers: { location: `${other.url}/v1/data/a` } })
    expect(await codeOf(serverPolicy({ url, token: 't0ken' }).evaluate('a', {}))).toBe('unreachable')
    expect(other.seen).toEqual([])
  })

  test('that is not there is an error', async () => {
    expect(await codeOf(serverPolicy({ url: 'http://127.0.0.1:1' }).evaluate('a', {}))).toBe('unreachable')
  })

  test.each(['http://opa.example', 'ftp://127.0.0.1', 'nothing', 'https://u:p@opa.example'])('%s is no address that is asked', (url) => {
    expect(() => serverPolicy({ url })).toThrow(AdapterError)
  })
})

describe('a compiled policy', () => {
  const runtime = (answer: (input: unknown, entrypoint?: string | number) => unknown) => ({
    loadPolicy: (bytes: Uint8Array) => (bytes.length === 0 ? Promise.reject(new Error('no wasm')) : Promise.resolve({ entrypoints: { 'a/allow': 0 }, setData: () => undefined, evaluate: answer })),
  })
  const bytes = Uint8Array.of(1)

  test('answers with its results', async () => {
    const policy = await loadWasmPolicy(bytes, { runtime: runtime((input) => [{ result: JSON.parse(new TextDecoder().decode(input as ArrayBuffer)) as unknown }]) })
    expect(policy.entrypoints).toEqual(['a/allow'])
    expect(policy.evaluate({ n: 5n, s: new RegoSet(['x']) }, 'a/allow')).toEqual([{ n: 5, s: ['x'] }])
  })

  test.each<readonly [string, () => unknown, string]>([
    ['traps', () => { throw new Error('unreachable') }, 'refused'], ['answers with no list', () => true, 'malformed'], ['answers without a result', () => [{}], 'malformed'],
  ])('that %s is an error', async (_, answer, code) => {
    const policy = await loadWasmPolicy(bytes, { runtime: runtime(answer) })
    expect(await codeOf(Promise.resolve().then(() => policy.evaluate({}, 'a/allow')))).toBe(code)
  })

  test('runs in the runtime that OPA offers, also with an input that JavaScript takes for nothing', async () => {
    const policy = await loadWasmPolicy(tinyPolicy)
    expect(policy.entrypoints).toEqual(['a/allow'])
    expect(policy.evaluate({ n: 1 }, 'a/allow')).toEqual([true])
    expect(policy.evaluate(false)).toEqual([true])
    expect(policy.evaluate(0)).toEqual([])
    expect(policy.evaluate(undefined)).toEqual([])
    expect((await loadWasmPolicy(tinyPolicy, { runtime: opaWasm })).evaluate({ n: 1 })).toEqual([true])
    expect(await codeOf(loadWasmPolicy(tinyPolicy.slice(0, 50)))).toBe('unusable')
  })

  test('that cannot be loaded, or has no such entrypoint, is an error', async () => {
    expect(await codeOf(loadWasmPolicy(new Uint8Array(0), { runtime: runtime(() => []) }))).toBe('unusable')
    const policy = await loadWasmPolicy(bytes, { runtime: runtime(() => []) })
    expect(() => policy.evaluate({}, 'other')).toThrow(/has no entrypoint other/)
  })
})
