/**
 * Spans, sent over OTLP/HTTP where the operator says so with OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT and its kin) and
 * has installed its packages. Without either nothing is loaded.
 *
 * What a span holds are names of our own, as in metrics. The `traceparent` of a request is not followed: anybody can write one, and
 * would choose what is recorded and under which trace. A collector that hangs or refuses costs spans and nothing else: they are sent in
 * batches beside the work, from a bounded queue.
 */

export type Attributes = Readonly<Record<string, string | number>>

export interface Tracing {
  /** Under the span of the request that the caller works for. The span ends with the work, and with its error's code. */
  span<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>
  /** The span of a request; `end` gives it its route and status. */
  request(name: string): { readonly span: unknown; end(name: string, attributes: Attributes): void }
  /** Sends what waits, for some seconds at most. */
  close(): Promise<void>
}

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

async function load(options: TracingOptions): Promise<Tracing> {
  return (await import('./otlp.ts')).otlpTracing(options)
}
