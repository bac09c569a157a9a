/**
 * Everything that is counted, as one table: the instruments are made from it, and documentation, dashboard and alerts are compared with it.
 *
 * What a label may hold is decided here, once: names out of our own source (an action, a route's pattern, a code of a closed set), and
 * never what a request brought along. Who reads metrics must not learn who did what, in which workspace, or any secret.
 */
export type MetricRow = {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly labels: readonly string[]
  readonly help: string
  /** Upper bounds in seconds. */
  readonly buckets?: readonly number[]
}

/** Machines. */
const quick = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
/** People. */
const slow = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400]

export const metricTable = {
  countersign_build_info: { type: 'gauge', labels: ['version', 'node', 'database'], help: 'Always 1; which program runs.' },
  countersign_ready: { type: 'gauge', labels: ['check'], help: '1 where the last check of readiness succeeded.' },
  countersign_draining: { type: 'gauge', labels: [], help: '1 while the server ends.' },

  countersign_decisions_total: { type: 'counter', labels: ['action', 'effect'], help: 'Decisions of the gate, by action and effect (allow, step-up, deny).' },
  countersign_refusals_total: { type: 'counter', labels: ['action', 'code'], help: 'Requests that the gate or a door refused, by action and code.' },
  countersign_challenges_total: { type: 'counter', labels: ['action', 'outcome'], help: 'Requests for a countersignature that ended: countersigned, denied, cancelled, expired.' },
  countersign_challenge_seconds: { type: 'histogram', labels: ['outcome'], help: 'From asking for a countersignature to its end, in seconds.', buckets: slow },
  countersign_challenges_waiting: { type: 'gauge', labels: [], help: 'Requests that wait for a countersignature now.' },
  countersign_ceremonies_total: { type: 'counter', labels: ['outcome'], help: 'Answers that people gave: countersigned or refused.' },
  countersign_ceremony_seconds: { type: 'histogram', labels: ['outcome'], help: 'From opening a ceremony to its answer, in seconds.', buckets: slow },

  countersign_ledger_leaves: { type: 'gauge', labels: [], help: 'Leaves of the ledger.' },
  countersign_ledger_uncovered_leaves: { type: 'gauge', labels: [], help: 'Leaves that no checkpoint covers yet.' },
  countersign_ledger_uncovered_age_seconds: { type: 'gauge', labels: [], help: 'Age of the oldest leaf that no checkpoint covers; 0 when all are covered.' },
  countersign_ledger_checkpoint_age_seconds: { type: 'gauge', labels: [], help: 'Since this server last made a checkpoint, or found the newest one complete.' },
  countersign_checkpoint_sink_behind_seconds: { type: 'gauge', labels: ['sink'], help: 'How long checkpoints have waited to leave the host, by kind of place (file, git, s3, webhook); 0 when all have left.' },
  countersign_checkpoint_sink_failures_total: { type: 'counter', labels: ['sink'], help: 'Tries to send checkpoints to a place beyond this host that failed.' },

  countersign_store_queue: { type: 'gauge', labels: ['kind'], help: 'Units of work and reads that wait for the database, of this server (write, read).' },
  countersign_store_wait_seconds: { type: 'histogram', labels: ['kind'], help: 'How long a unit of work or a read waited for its turn: queue and locks.', buckets: quick },
  countersign_store_seconds: { type: 'histogram', labels: ['kind', 'outcome'], help: 'From its turn to its end, commit included (done, refused, failed).', buckets: quick },
  countersign_store_reruns_total: { type: 'counter', labels: [], help: 'Units of work that ran again because another one came first.' },

  countersign_notices: { type: 'gauge', labels: ['state'], help: 'Notices that wait to be sent, and those given up in the last 30 days (waiting, given-up).' },
  countersign_notice_failures_total: { type: 'counter', labels: ['channel'], help: 'Tries to send a notice that failed.' },
  countersign_job_runs_total: { type: 'counter', labels: ['task', 'outcome'], help: 'Background work, by task and outcome (done, failed).' },
  countersign_job_seconds: { type: 'histogram', labels: ['task'], help: 'How long background work took.', buckets: quick },
  countersign_job_done_timestamp_seconds: { type: 'gauge', labels: ['task'], help: 'When background work last ended well.' },

  countersign_http_request_seconds: { type: 'histogram', labels: ['method', 'route', 'status'], help: 'Requests by route and status, in seconds; long polls included.', buckets: quick },
  countersign_waiters: { type: 'gauge', labels: [], help: 'Requests that are held open until something changes, and one wait of the server\'s own.' },
  countersign_http_requests_in_flight: { type: 'gauge', labels: [], help: 'Requests under way.' },
} as const satisfies Record<string, MetricRow>

export type MetricName = keyof typeof metricTable
export type LabelsOf<N extends MetricName> = { readonly [L in (typeof metricTable)[N]['labels'][number]]: string }
export type NameOf<T extends MetricRow['type']> = { [N in MetricName]: (typeof metricTable)[N]['type'] extends T ? N : never }[MetricName]
