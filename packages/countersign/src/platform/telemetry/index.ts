/** What this server tells of itself: metrics, spans, and the id of the request under way. */
export { currentRequest, inRequest } from './context.ts'
export { metricTable } from './metric-table.ts'
export type { Metrics } from './metrics.ts'
export { createTelemetry, type Telemetry } from './telemetry.ts'
export { noTracing, openTracing, type Tracing } from './tracing.ts'
export { watchedStore } from './watched-store.ts'
