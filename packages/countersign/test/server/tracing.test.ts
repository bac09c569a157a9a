/** Spans, received by a collector that is written here: requests and decisions, under one another, with names of our own and no others. */
import { expect, it, onTestFinished } from 'vitest'
import { createLog } from '../../src/platform/log.ts'
import { endpointOf, openTracing } from '../../src/platform/telemetry/tracing.ts'
import { signInTerminal } from '../../src/demonstration/raw-terminal.ts'
import { SoftwarePerson } from '../../src/demonstration/software-person.ts'
import { countersigned, runBody } from '../support/sample-run.ts'
import { collector, type Span } from '../support/collector.ts'
import { freePort, scratchServer } from '../support/scratch-server.ts'

/** The exporter reads the environment of the process. */
function inEnvironment(variables: Record<string, string>): Record<string, string> {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  Object.assign(process.env, variables)
  onTestFinished(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  return variables
}

const attribute = (span: Span | undefined, key: string): unknown => span?.attributes?.find((one) => one.key === key)?.value.stringValue

it('a request and the decision that was made in it are one trace, and nobody is named in it', async () => {
  const { url, spans, sent, bodies } = await collector()
  const environment = inEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' })
  const scratch = await scratchServer({ watching: { environment } })
  const person = new SoftwarePerson(scratch.url)
  await person.setUp(scratch.server.setupLink ?? '', 'Canarya Personova')
  const terminal = await signInTerminal(scratch.url, (link) => person.allowTerminal(link))
  const { run } = await countersigned(person, terminal, runBody({ workspace: 'canaryshop/canaryweb' }))
  await terminal.call('POST', `/api/v1/runs/${run.id}/outcome`, { lease: 'x', result: 'applied', summary: 'x', state: { lineage: 'l', serial: 1, digest: 'a'.repeat(64) }, treeUnchanged: true })
  await scratch.server.close()

  expect(bodies.every(({ path }) => path === '/v1/traces')).toBe(true)
  const decision = spans().find(({ name }) => name === 'gate decision')
  const useCase = spans().find(({ spanId }) => spanId === decision?.parentSpanId)
  const request = spans().find(({ spanId }) => spanId === useCase?.parentSpanId)
  expect(attribute(decision, 'countersign.action')).toBe('run.apply')
  expect(useCase).toMatchObject({ name: expect.stringMatching(/^use case /) as string, traceId: decision?.traceId })
  expect(request).toMatchObject({ name: 'POST /api/v1/runs', traceId: decision?.traceId })
  expect(request?.parentSpanId ?? '').toBe('')
  expect(attribute(request, 'http.route')).toBe('/api/v1/runs')
  const refused = spans().find(({ name, status }) => name.startsWith('use case ') && status?.code === 2)
  expect(refused?.status?.message).toMatch(/^[a-z_]+$/)
  const told = JSON.stringify(sent()).toLowerCase()
  for (const secret of ['canary', run.code, run.id, scratch.dataDir, scratch.server.setupLink?.split('#')[1] ?? 'none']) expect(told).not.toContain(secret.toLowerCase())
  expect(told).toContain('"service.name"')
})

it('a trace that a stranger sends along is not followed', async () => {
  const { url, spans } = await collector()
  const environment = inEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
  const scratch = await scratchServer({ watching: { environment } })
  await (await fetch(`${scratch.url}/api/v1/status`, { headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } })).text()
  await scratch.server.close()
  expect(spans().map(({ name }) => name)).toContain('GET /api/v1/status')
  expect(spans().filter(({ traceId }) => traceId === '0af7651916cd43dd8448eb211c80319c')).toEqual([])
})

it('without an address nothing is loaded; with one and without the packages the server says so and goes on', async () => {
  expect(endpointOf({})).toBe('')
  expect(endpointOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:secret@collector.example/v1?key=secret' })).toBe('https://collector.example')
  expect(endpointOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example', OTEL_SDK_DISABLED: 'true' })).toBe('')
  const lines: string[] = []
  const log = createLog('info', { write: (line: string) => void lines.push(line) })
  const tracing = await openTracing({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:secret@collector.example' }, version: '0', say: log, load: () => Promise.reject(new Error("Cannot find package '@opentelemetry/sdk-trace-node'")) })
  expect(await tracing.span('x', {}, async () => 7)).toBe(7)
  expect(lines.join('')).toContain('@opentelemetry/sdk-trace-node and')
  expect(lines.join('')).not.toContain('secret')
})

it('a collector that is not there holds nobody up', async () => {
  const environment = inEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` })
  const scratch = await scratchServer({ watching: { environment } })
  expect((await fetch(`${scratch.url}/api/v1/status`)).status).toBe(200)
  await scratch.server.close()
})
