/**
 * Spans, sent over OTLP/HTTP where the operator says so with OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT and its kin) and
 * has installed its packages. Without either nothing is loaded.
 *
 * What a span holds are names of our own, as in metrics. The `traceparent` of a request is not followed: anybody can write one, and
 * would choose what is recorded and under which trace. A collector that hangs or refuses costs spans and nothing else: they are sent in
 * batches beside the work, from a bounded queue.
 */
import type { Span, Tracer } from '@opentelemetry/api'
import { endsWithin } from '../within.ts'
import { currentRequest, inRequest } from './context.ts'

export type Attributes = Readonly<Record<string, string | number>>

export interface Tracing {
  /** Under the span of the request that the caller works for. The span ends with the work, and with its error's code. */
  span<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>
  /** The span of a request; `end` gives it its route and status. */
  request(name: string): { readonly span: unknown; end(name: string, attributes: Attributes): void }
  /** Sends what waits, for some seconds at most. */
  close(): Promise<void>
}

const SEND_MS = 3_000

export const noTracing: Tracing = {
  span: (_name, _attributes, work) => work(),
  request: () => ({ span: undefined, end: () => undefined }),
  close: async () => {},
}

type Environment = Readonly<Record<string, string | undefined>>
type Say = (fields: object, text: string) => void
export type TracingOptions = {
  environment: Environment
  version: string
  say: { info: Say; warn: Say }
  /** Where tests put packages that are missing. */
  load?: (options: TracingOptions) => Promise<Tracing>
}

/** The address that spans go to, without what might be secret in it; "" when there is none. */
export function endpointOf(environment: Environment): string {
  if (environment['OTEL_SDK_DISABLED'] === 'true') return ''
  const text = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || environment['OTEL_EXPORTER_OTLP_ENDPOINT'] || ''
  return URL.canParse(text) ? new URL(text).origin : text === '' ? '' : '(not a URL)'
}

export async function openTracing(options: TracingOptions): Promise<Tracing> {
  const endpoint = endpointOf(options.environment)
  if (endpoint === '') return noTracing
  try {
    const tracing = await (options.load ?? load)(options)
    options.say.info({ endpoint }, 'spans are sent to OpenTelemetry')
    return tracing
  } catch (error) {
    options.say.warn({ err: error, endpoint }, 'OpenTelemetry is asked for and its packages cannot be loaded; no spans are sent. Beside Countersign install @opentelemetry/sdk-trace-node and @opentelemetry/exporter-trace-otlp-http')
    return noTracing
  }
}

async function load({ environment, version }: TracingOptions): Promise<Tracing> {
  const [api, { NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'), import('@opentelemetry/sdk-trace-node'), import('@opentelemetry/exporter-trace-otlp-http'), import('@opentelemetry/resources'),
  ])
  const { trace, ROOT_CONTEXT, SpanKind, SpanStatusCode } = api
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': environment['OTEL_SERVICE_NAME'] || 'countersign', 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ timeoutMillis: SEND_MS }))],
  })
  // Not registered as the global one: two servers in one process would take each other's place.
  const tracer: Tracer = provider.getTracer('countersign', version)
  const parent = () => {
    const span = currentRequest()?.span
    return span === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, span as Span)
  }
  return {
    async span(name, attributes, work) {
      const span = tracer.startSpan(name, { attributes }, parent())
      try {
        return await inRequest({ id: currentRequest()?.id ?? '', span }, work)
      } catch (error) {
        // The code alone: a message may name a person or a workspace.
        span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) })
        throw error
      } finally {
        span.end()
      }
    },
    request(name) {
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, ROOT_CONTEXT)
      return {
        span,
        end(full, attributes) {
          span.updateName(full)
          span.setAttributes(attributes)
          if (Number(attributes['http.response.status_code']) >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        },
      }
    },
    close: async () => void (await endsWithin(SEND_MS, provider.shutdown())),
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(error.code) ? error.code : 'error'
}
