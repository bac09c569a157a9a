/**
 * OpenTelemetry, in a file of its own: what it imports is not part of Countersign, so it is loaded where it is asked for and nowhere else.
 */
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { endsWithin } from '../within.ts'
import { codeOf } from './code-of.ts'
import { currentRequest, inRequest } from './context.ts'
import type { Tracing, TracingOptions } from './tracing.ts'

const SEND_MS = 3_000

export function otlpTracing({ environment, version }: TracingOptions): Tracing {
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
