/** The table of settings. Order matters: `config` is found in `data`, and the rest in `config`. */
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { protections, type Protection } from './envelope/protection.ts'
import { logLevels, type LogLevel } from './log.ts'
import { SettingError } from './setting-error.ts'
import { parseCheckpointPlaces, type CheckpointPlace } from './setting-checkpoints.ts'
import { parseTarget, parseWebhookSecret } from './setting-notices.ts'
import { parseBoolean, parseResourceServers, type ResourceServerSetting } from './setting-programs.ts'
import { isLoopback, parseAddresses, parseCount, parseDuration, parseMegabytes, parseProxies, parsePublicUrl, parseSeconds, type Address } from './setting-values.ts'
import { parseDatabaseUrl } from './store/postgres/address.ts'

export type Settings = {
  data: string
  config: string
  databaseUrl: string
  addr: Address[]
  url: URL
  tlsCert: string
  tlsKey: string
  trustedProxy: string[]
  log: LogLevel
  metricsListen: Address[]
  metricsTokenFile: string
  requestLimit: number
  drain: number
  shutdownGrace: number
  deviceGrant: boolean
  resourceServers: ResourceServerSetting[]
  alsoUrl: URL[]
  smtpUrl: URL | null
  mailFrom: string
  webhookUrl: URL | null
  webhookSecret: string
  slackUrl: URL | null
  checkpointSinks: CheckpointPlace[]
  attestationRoots: string
  stateKey: Protection
  statePassphraseFile: string
  stateHold: number
  stateLimit: number
  stateLockCap: number
  stateDeletedFor: number
  stateKeepVersions: number
  stateKeepDays: number
}
export type SettingName = keyof Settings

export type SettingRow<N extends SettingName> = {
  flag: string
  environment: string
  /** Key in countersign.yaml; "" where the file cannot say it. */
  key: string
  /** As text; the words in `shown` stand for it in the help where it is computed. */
  initial: (environment: Environment, settings: Partial<Settings>) => string
  shown: string
  help: string
  /** Throws SettingError with what is wrong and what would be right. */
  parse: (text: string) => Settings[N]
  /** "" or why the value is less safe than the default. */
  warning: (value: Settings[N]) => string
  /** What was typed may hold a password: no message repeats it. */
  secret?: true
}

export type Environment = Record<string, string | undefined>

/** A row without its type: reads a text into the settings and returns the warning, or "". */
export type Setting = Omit<SettingRow<SettingName>, 'parse' | 'warning'> & { name: SettingName; read: (text: string, into: Partial<Settings>) => string }

const none = (): string => ''

function setting<N extends SettingName>(name: N, row: SettingRow<N>): Setting {
  return { name, ...row, read: (text, into) => row.warning((into[name] = row.parse(text))) }
}

export const settingsTable: readonly Setting[] = [
  setting('data', {
    flag: '--data', environment: 'COUNTERSIGN_DATA', key: '', shown: '$XDG_DATA_HOME/countersign',
    initial: (environment) => join(environment['XDG_DATA_HOME'] || join(environment['HOME'] || homedir(), '.local', 'share'), 'countersign'),
    help: 'Folder with everything: database, keys, checkpoints, settings, policy. One server at a time.',
    parse: (text) => path(text), warning: none,
  }),
  setting('config', {
    flag: '--config', environment: 'COUNTERSIGN_CONFIG', key: '', shown: 'countersign.yaml in the data folder',
    initial: (_environment, settings) => join(settings.data ?? '', 'countersign.yaml'),
    help: 'File with the settings of this table.',
    parse: (text) => path(text), warning: none,
  }),
  setting('databaseUrl', {
    flag: '--database-url', environment: 'COUNTERSIGN_DATABASE_URL', key: 'database_url', shown: 'none: the database in the data folder',
    initial: none, help: 'PostgreSQL to use in place of the database in the data folder, as postgres://user@host:5432/database. A password is better kept in the environment.',
    parse: (text) => {
      if (text !== '') parseDatabaseUrl(text)
      return text
    },
    warning: (text) => (text !== '' && parseDatabaseUrl(text).crossesNetworkOpenly ? 'The connection to the database is not encrypted (sslmode=disable): whoever is on the way reads and changes what is stored.' : ''),
    secret: true,
  }),
  setting('addr', {
    flag: '--addr', environment: 'COUNTERSIGN_ADDR', key: 'addr', shown: '127.0.0.1:7420,[::1]:7420',
    initial: () => '127.0.0.1:7420,[::1]:7420', help: 'Addresses to listen on, as host:port with commas between.',
    parse: parseAddresses,
    warning: none,
  }),
  setting('url', {
    flag: '--url', environment: 'COUNTERSIGN_URL', key: 'url', shown: 'http://localhost:7420',
    // The link that is printed carries the owner's token: it must never name a port that is not ours.
    initial: (_environment, settings) => `http://localhost:${settings.addr?.[0]?.port ?? 7420}`, help: 'What people type into the browser; if not said, localhost with the port of addr. Security keys are bound to its host name for good.',
    parse: parsePublicUrl,
    warning: (url) => (url.hostname === 'localhost' ? 'The public URL is localhost: keys enrolled now work on this machine only, and not under another name later.' : ''),
  }),
  setting('tlsCert', {
    flag: '--tls-cert', environment: 'COUNTERSIGN_TLS_CERT', key: 'tls_cert', shown: 'none',
    initial: none, help: 'Certificate and those above it, as one PEM file, to speak HTTPS with. Read again when it changes.',
    parse: optionalPath, warning: none,
  }),
  setting('tlsKey', {
    flag: '--tls-key', environment: 'COUNTERSIGN_TLS_KEY', key: 'tls_key', shown: 'none',
    initial: none, help: 'Private key of the certificate, as a PEM file.',
    parse: optionalPath, warning: none,
  }),
  setting('trustedProxy', {
    flag: '--trusted-proxy', environment: 'COUNTERSIGN_TRUSTED_PROXY', key: 'trusted_proxy', shown: 'none',
    initial: none, help: 'Addresses or networks, such as 10.0.0.5,10.1.0.0/24, of the reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Nobody else is.',
    parse: parseProxies, warning: none,
  }),
  setting('log', {
    flag: '--log', environment: 'COUNTERSIGN_LOG', key: 'log', shown: 'info',
    initial: () => 'info', help: `How much to log to stderr: ${logLevels.join(', ')}.`,
    parse: (text) => {
      const level = logLevels.find((one) => one === text)
      if (level === undefined) throw new SettingError(`must be one of ${logLevels.join(', ')}`)
      return level
    },
    warning: (level) => (level === 'silent' ? 'Nothing is logged: failures are seen by nobody.' : ''),
  }),
  setting('metricsListen', {
    flag: '--metrics-listen', environment: 'COUNTERSIGN_METRICS_LISTEN', key: 'metrics_listen', shown: 'none',
    initial: none, help: 'Addresses of their own for /metrics, /healthz and /readyz, such as 127.0.0.1:9464, in plain HTTP. Other machines need the token.',
    parse: (text) => (text === '' ? [] : parseAddresses(text)),
    warning: (addresses) => (addresses.some(({ host }) => !isLoopback(host)) ? 'Metrics go over the network without encryption (metrics_listen), and their token with them: let only the machine that collects them reach that port.' : ''),
  }),
  setting('metricsTokenFile', {
    flag: '--metrics-token-file', environment: 'COUNTERSIGN_METRICS_TOKEN_FILE', key: 'metrics_token_file', shown: 'none',
    initial: none, help: 'File with a token of at least 32 characters: who sends it as a Bearer token reads /metrics, and nobody else.',
    parse: optionalPath, warning: none,
  }),
  setting('requestLimit', {
    flag: '--request-limit', environment: 'COUNTERSIGN_REQUEST_LIMIT', key: 'request_limit', shown: '1200',
    initial: () => '1200', help: 'Requests a minute that one address may send to one server before it is answered 429. More where many people or jobs share an address.',
    parse: (text) => parseCount(text, { least: 60, most: 1_000_000 }), warning: none,
  }),
  setting('drain', {
    flag: '--drain', environment: 'COUNTERSIGN_DRAIN', key: 'drain', shown: '0s',
    initial: () => '0s', help: 'How long a server that ends still takes requests after /readyz says so: as long as your balancer needs to notice.',
    parse: parseSeconds, warning: none,
  }),
  setting('shutdownGrace', {
    flag: '--shutdown-grace', environment: 'COUNTERSIGN_SHUTDOWN_GRACE', key: 'shutdown_grace', shown: '10s',
    initial: () => '10s', help: 'How long requests that are under way may take to finish when the server ends.',
    parse: parseSeconds, warning: none,
  }),
  setting('deviceGrant', {
    flag: '--device-grant', environment: 'COUNTERSIGN_DEVICE_GRANT', key: 'device_grant', shown: 'false',
    initial: () => 'false', help: 'Whether a terminal without a browser may sign in with a code that is typed on another machine: true or false.',
    parse: parseBoolean,
    warning: (on) => (on ? 'Terminals can be let in by a typed code (device_grant): whoever can talk somebody into typing one gets a terminal that asks as them.' : ''),
  }),
  setting('resourceServers', {
    flag: '--resource-servers', environment: 'COUNTERSIGN_RESOURCE_SERVERS', key: 'resource_servers', shown: 'none',
    initial: none, help: 'Other servers that take our tokens and may introspect their own: "name https://audience sha256:<hex of the secret>", with commas between several.',
    parse: parseResourceServers, warning: none,
  }),
  setting('alsoUrl', {
    flag: '--also-url', environment: 'COUNTERSIGN_ALSO_URL', key: 'also_url', shown: 'none',
    initial: none, help: 'Other addresses that are answered while an installation moves, with commas between.',
    parse: (text) => text.split(',').map((one) => one.trim()).filter((one) => one !== '').map(parsePublicUrl), warning: none,
  }),
  setting('smtpUrl', {
    flag: '--smtp-url', environment: 'COUNTERSIGN_SMTP_URL', key: 'smtp_url', shown: 'none', secret: true,
    initial: none, help: 'Mail server that notices go through: smtps://user:password@host, or smtp:// with STARTTLS. Better in the environment or the file than as a flag.',
    parse: (text) => parseTarget(text, ['smtp:', 'smtps:']), warning: none,
  }),
  setting('mailFrom', {
    flag: '--mail-from', environment: 'COUNTERSIGN_MAIL_FROM', key: 'mail_from', shown: 'countersign@localhost',
    initial: () => 'countersign@localhost', help: 'Sender of notices.', parse: (text) => text, warning: none,
  }),
  setting('webhookUrl', {
    flag: '--webhook-url', environment: 'COUNTERSIGN_WEBHOOK_URL', key: 'webhook_url', shown: 'none', secret: true,
    initial: none, help: 'Program that is told, by a signed call, when a countersignature is waited for.', parse: (text) => parseTarget(text, ['https:', 'http:']), warning: none,
  }),
  setting('webhookSecret', {
    flag: '--webhook-secret', environment: 'COUNTERSIGN_WEBHOOK_SECRET', key: 'webhook_secret', shown: 'none', secret: true,
    initial: none, help: 'Secret of at least 32 characters that calls to the webhook are signed with.', parse: parseWebhookSecret, warning: none,
  }),
  setting('slackUrl', {
    flag: '--slack-url', environment: 'COUNTERSIGN_SLACK_URL', key: 'slack_url', shown: 'none', secret: true,
    initial: none, help: 'Incoming webhook of Slack, or of a chat that takes its messages.', parse: (text) => parseTarget(text, ['https:', 'http:']), warning: none,
  }),
  setting('checkpointSinks', {
    flag: '--checkpoint-sinks', environment: 'COUNTERSIGN_CHECKPOINT_SINKS', key: 'checkpoint_sinks', shown: 'none', secret: true,
    initial: none, help: 'Places beyond this host that every checkpoint is sent to, with commas between: file:/mnt/other/checkpoints, git:ssh://host/repository.git#branch, s3://bucket/folder?lock=compliance:365, https://host/path.',
    parse: parseCheckpointPlaces, warning: none,
  }),
  setting('attestationRoots', {
    flag: '--attestation-roots', environment: 'COUNTERSIGN_ATTESTATION_ROOTS', key: 'attestation_roots', shown: 'none',
    initial: none, help: "PEM file with the root certificates of the makers of your security keys. Keys that go back to one are attested and can reach aal3; all others are claimed.",
    parse: optionalPath, warning: none,
  }),
  setting('stateKey', {
    flag: '--state-key', environment: 'COUNTERSIGN_STATE_KEY', key: 'state_key', shown: 'file',
    initial: () => 'file', help: 'How the keys that states are encrypted with are kept in keys/state: file, or passphrase, which is then needed at every start.',
    parse: (text) => {
      const protection = protections.find((one) => one === text)
      if (protection === undefined) throw new SettingError(`must be one of ${protections.join(', ')}`)
      return protection
    },
    warning: none,
  }),
  setting('statePassphraseFile', {
    flag: '--state-passphrase-file', environment: 'COUNTERSIGN_STATE_PASSPHRASE_FILE', key: 'state_passphrase_file', shown: 'none',
    initial: none, help: 'File with the passphrase of state_key, readable by the server alone. The passphrase itself may stand in COUNTERSIGN_STATE_PASSPHRASE instead.',
    parse: optionalPath, warning: none,
  }),
  setting('stateHold', {
    flag: '--state-hold', environment: 'COUNTERSIGN_STATE_HOLD', key: 'state_hold', shown: '50s',
    initial: () => '50s', help: 'How long Terraform is kept waiting for a person within one request. Shorter than the time after which a proxy gives up.',
    parse: (text) => parseDuration(text, { least: 0, most: 110_000 }), warning: none,
  }),
  setting('stateLimit', {
    flag: '--state-limit', environment: 'COUNTERSIGN_STATE_LIMIT', key: 'state_limit', shown: '256MB',
    initial: () => '256MB', help: 'Largest state that is kept.', parse: parseMegabytes, warning: none,
  }),
  setting('stateLockCap', {
    flag: '--state-lock-cap', environment: 'COUNTERSIGN_STATE_LOCK_CAP', key: 'state_lock_cap', shown: '24h',
    initial: () => '24h', help: 'How long a lock of a state may be held. What is written under an older one is quarantined.',
    parse: (text) => parseDuration(text, { least: 60_000, most: 30 * DAY }), warning: none,
  }),
  setting('stateDeletedFor', {
    flag: '--state-deleted-for', environment: 'COUNTERSIGN_STATE_DELETED_FOR', key: 'state_deleted_for', shown: '30d',
    initial: () => '30d', help: 'How long a deleted version of a state can be brought back. Then its key is destroyed.',
    parse: (text) => parseDuration(text, { least: 3_600_000, most: 3650 * DAY }),
    warning: (ms) => (ms < DAY ? 'What is deleted of a state can be brought back for less than a day (state_deleted_for): a mistake or a thief is noticed too late.' : ''),
  }),
  setting('stateKeepVersions', {
    flag: '--state-keep-versions', environment: 'COUNTERSIGN_STATE_KEEP_VERSIONS', key: 'state_keep_versions', shown: '100',
    initial: () => '100', help: 'So many versions of each state are kept, however old. More are kept until they are older than state_keep_days.',
    parse: (text) => parseCount(text, { least: 1, most: 1_000_000 }), warning: none,
  }),
  setting('stateKeepDays', {
    flag: '--state-keep-days', environment: 'COUNTERSIGN_STATE_KEEP_DAYS', key: 'state_keep_days', shown: '90',
    initial: () => '90', help: 'Days for which every version of a state is kept, however many there are.',
    parse: (text) => parseCount(text, { least: 1, most: 36_500 }), warning: none,
  }),
]

const DAY = 86_400_000

function optionalPath(text: string): string {
  return text === '' ? '' : resolve(text)
}

function path(text: string): string {
  if (text === '') throw new SettingError('must not be empty')
  return isAbsolute(text) ? text : resolve(text)
}
