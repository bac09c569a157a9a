/** What this server tells of itself: metrics, spans, and the id of the request under way. */
export { inRequest } from './context.ts'
export { metricTable } from './metric-table.ts'
export type { Metrics } from './metrics.ts'
export { createTelemetry, type Telemetry } from './telemetry.ts'
export { openTracing } from './tracing.ts'
export { watchedStore } from './watched-store.ts'
