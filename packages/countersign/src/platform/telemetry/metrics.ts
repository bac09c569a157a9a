/**
 * The instruments, in a registry of this server's own; what the process says of itself (memory, event loop) is the same for all servers
 * in it and is made once.
 *
 * A label value that is not of the table's kind becomes `other`, and so does every value after the first few hundred of a metric: the
 * last net, so that neither a slip nor a stranger writes free text into a label or fills the memory with series.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { metricTable, type LabelsOf, type MetricName, type MetricRow, type NameOf } from './metric-table.ts'

export interface Metrics {
  add<N extends NameOf<'counter'>>(name: N, labels: LabelsOf<N>, count?: number): void
  set<N extends NameOf<'gauge'>>(name: N, labels: LabelsOf<N>, value: number): void
  observe<N extends NameOf<'histogram'>>(name: N, labels: LabelsOf<N>, seconds: number): void
  /** In Prometheus' text format. */
  text(): Promise<string>
  readonly contentType: string
}

const SERIES = 1_000

export function createMetrics(): Metrics {
  const registry = new Registry()
  const made = new Map<MetricName, Instrument>()
  for (const [name, row] of Object.entries(metricTable) as [MetricName, MetricRow][]) made.set(name, instrumentOf(name, row, registry))
  const told = (name: MetricName, labels: Readonly<Record<string, string>>, value: number): void => made.get(name)?.(labels, value)
  return {
    add: (name, labels, count = 1) => told(name, labels, count),
    set: (name, labels, value) => told(name, labels, value),
    observe: (name, labels, seconds) => told(name, labels, seconds),
    text: async () => `${await registry.metrics()}\n${await ofTheProcess().metrics()}`,
    contentType: registry.contentType,
  }
}

type Instrument = (labels: Readonly<Record<string, string>>, value: number) => void

function instrumentOf(name: string, { type, labels, help, buckets }: MetricRow, registry: Registry): Instrument {
  const shared = { name, help, labelNames: [...labels], registers: [registry] }
  const known = new Set<string>()
  const bounded = (given: Readonly<Record<string, string>>): Record<string, string> => {
    const tame = Object.fromEntries(Object.entries(given).map(([label, value]) => [label, tamed(value)]))
    const key = JSON.stringify(tame)
    if (known.has(key) || known.size < SERIES) {
      known.add(key)
      return tame
    }
    return Object.fromEntries(labels.map((label) => [label, 'other']))
  }
  switch (type) {
    case 'counter': {
      const counter = new Counter(shared)
      return (given, value) => counter.inc(bounded(given), value)
    }
    case 'gauge': {
      const gauge = new Gauge(shared)
      return (given, value) => gauge.set(bounded(given), value)
    }
    case 'histogram': {
      const histogram = new Histogram({ ...shared, buckets: [...(buckets ?? [])] })
      return (given, value) => histogram.observe(bounded(given), value)
    }
  }
}

/** Names of our own: actions, codes, patterns of routes. */
function tamed(value: string): string {
  return /^[A-Za-z0-9_.:/*()+ -]{0,80}$/.test(value) ? value : 'other'
}

let process: Registry | undefined

function ofTheProcess(): Registry {
  if (process === undefined) {
    process = new Registry()
    collectDefaultMetrics({ register: process })
  }
  return process
}
