/** What operators install beside the program, held against the program: every number that is looked at exists, and nothing runs with more than it needs. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../packages/countersign/src/platform/telemetry/metrics.ts'
import { metricTable } from '../packages/countersign/src/platform/telemetry/index.ts'
import { settingsTable } from '../packages/countersign/src/platform/settings.ts'
import { anchorsOf, read, root, tableOf } from './documents.ts'

type Series = { type: string; labels: readonly string[] }

/** Every series that a server has, by its full name, with what it may be asked by. */
async function series(): Promise<Map<string, Series>> {
  const known = new Map<string, Series>()
  for (const [name, { type, labels }] of Object.entries(metricTable)) {
    known.set(name, { type, labels })
    if (type !== 'histogram') continue
    known.delete(name)
    known.set(`${name}_bucket`, { type: 'counter', labels: [...labels, 'le'] })
    for (const part of ['_sum', '_count']) known.set(name + part, { type: 'counter', labels })
  }
  for (const [, name = '', type = ''] of (await createMetrics().text()).matchAll(/^# TYPE ((?:process|nodejs)_\w+) (\w+)$/gm)) known.set(name, { type, labels: [] })
  // What Prometheus itself adds.
  return known.set('up', { type: 'gauge', labels: [] })
}

const selectors = (expr: string) => [...expr.matchAll(/\b((?:countersign|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g)].map(([, name = '', inner = '']) => ({ name, labels: [...inner.matchAll(/(\w+)\s*[!=]~?"/g)].map((match) => match[1] ?? '') }))
const scraped = ['instance', 'job']

/** What is wrong with a query; nothing for most. */
function faults(expr: string, known: ReadonlyMap<string, Series>): string[] {
  const unknown = selectors(expr).flatMap(({ name, labels }) => {
    const found = known.get(name)
    if (found === undefined) return [`there is no ${name}`]
    return labels.filter((label) => !found.labels.includes(label) && !scraped.includes(label)).map((label) => `${name} has no label ${label}`)
  })
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap((match) => (match[1] ?? '').split(',').map((label) => label.trim()))
  const possible = selectors(expr).flatMap(({ name }) => known.get(name)?.labels ?? [])
  const lost = grouped.filter((label) => !possible.includes(label) && !scraped.includes(label)).map((label) => `nothing in it has the label ${label}`)
  const rated = [...expr.matchAll(/\b(?:rate|increase)\((\w+)/g)].filter((match) => known.get(match[1] ?? '')?.type !== 'counter').map((match) => `${match[1]} does not only grow: use delta`)
  return [...unknown, ...lost, ...rated].map((fault) => `${fault}: ${expr}`)
}

type Panel = { id: number; title: string; type: string; gridPos: { x: number; y: number; w: number; h: number }; targets?: { expr: string; legendFormat: string }[] }
type Dashboard = { title: string; uid: string; schemaVersion: number; panels: Panel[]; templating: { list: { name: string; query: unknown }[] } }
type Alerts = { groups: { rules: { alert: string; expr: string; labels: { severity: string }; annotations: { summary: string; description: string; page: string } }[] }[] }

describe('the dashboard', () => {
  const dashboard = JSON.parse(read('packaging/grafana/countersign.json')) as Dashboard

  it('asks for nothing that no server has', async () => {
    const known = await series()
    const exprs = dashboard.panels.flatMap(({ targets }) => (targets ?? []).map(({ expr }) => expr))
    expect(exprs.length).toBeGreaterThan(25)
    expect(exprs.flatMap((expr) => faults(expr, known))).toEqual([])
    expect(['rate(countersign_gone_total[5m])', 'countersign_store_queue{person="x"}', 'rate(countersign_store_queue[5m])', 'sum by (person) (countersign_store_queue)'].map((expr) => faults(expr, known).length > 0)).toEqual([true, true, true, true])
  })

  it('is one that Grafana takes: ids once, panels beside one another, every panel with a query and a name', () => {
    expect(dashboard).toMatchObject({ uid: 'countersign', title: 'Countersign' })
    expect(dashboard.schemaVersion).toBeGreaterThan(30)
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`))
    expect(new Set(cells).size).toBe(cells.length)
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24)
    expect(dashboard.panels.filter(({ type, title, targets }) => title === '' || (type !== 'row' && !targets?.length))).toEqual([])
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'instance'])
  })

  it('shows everything that is counted', () => {
    const shown = JSON.stringify(dashboard)
    expect(Object.keys(metricTable).filter((name) => !shown.includes(name) && name !== 'countersign_job_seconds')).toEqual([])
  })
})

describe('the alerts', () => {
  const rules = (parse(read('packaging/prometheus/alerts.yaml')) as Alerts).groups.flatMap((group) => group.rules)

  it('ask for nothing that no server has', async () => {
    const known = await series()
    expect(rules.length).toBeGreaterThan(10)
    expect(rules.flatMap(({ expr }) => faults(expr, known))).toEqual([])
  })

  it('each says what happened, how bad it is, and where the guide says what to do', () => {
    const pages = anchorsOf(read('docs/guide/operators.md'))
    expect(rules.filter(({ labels, annotations: { summary, description, page } }) => !['warning', 'critical'].includes(labels.severity) || !summary || !description || !pages.has(page)).map(({ alert }) => alert)).toEqual([])
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })
})

describe('the guide', () => {
  it('lists every metric with its labels', () => {
    const rows = tableOf(read('docs/guide/operators.md'), 'Metric').map((row) => row.map((cell) => cell.replaceAll('`', '')))
    expect(rows).toEqual(Object.entries(metricTable).map(([name, { type, labels, help }]) => [name, type, labels.join(', '), help]))
  })
})

describe('the container', () => {
  const text = read('packaging/container/Containerfile')
  const lines = text.replaceAll(/\\\n\s*/g, ' ').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
  const of = (name: string): string[] => last.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))

  it('stands on a base that is named by its digest, and refuses any other', () => {
    expect(lines.filter((line) => line.startsWith('FROM '))).toEqual(['FROM ${NODE_IMAGE} AS install', 'FROM ${NODE_IMAGE}'])
    expect(lines.filter((line) => line.startsWith('ARG NODE_IMAGE'))).toEqual(['ARG NODE_IMAGE', 'ARG NODE_IMAGE'])
    const check = lines.find((line) => line.startsWith('RUN case '))?.slice('RUN '.length) ?? 'false'
    const passes = (image: string): boolean => {
      try {
        execFileSync('/bin/sh', ['-c', check], { env: { NODE_IMAGE: image }, stdio: 'pipe' })
        return true
      } catch {
        return false
      }
    }
    expect([`node:22-bookworm-slim@sha256:${'0'.repeat(64)}`, 'node:22-bookworm-slim', 'node@sha256:abc', '', `node@sha256:${'0'.repeat(63)}`].map((image) => passes(image))).toEqual([true, false, false, false, false])
  })

  it('installs in a stage of its own, runs no script of a package, and takes only the result along', () => {
    const install = lines.find((line) => line.includes('npm install')) ?? ''
    expect(install).toContain('--ignore-scripts')
    expect(last.some((line) => /\b(npm|apt-get|apk|curl|wget)\b/.test(line))).toBe(false)
    expect(of('COPY').every((line) => line.includes('--chown=root:root'))).toBe(true)
    expect(text).not.toMatch(/^ADD /m)
  })

  it('does not run as root, writes to its data folder alone, and says how it is', () => {
    expect(of('USER')).toEqual(['10001:10001'])
    expect(last.findIndex((line) => line.startsWith('USER '))).toBeGreaterThan(last.findLastIndex((line) => line.startsWith('RUN ')))
    expect(of('VOLUME')).toEqual(['["/var/lib/countersign"]'])
    const environment = of('ENV').join(' ')
    expect(environment).toContain('COUNTERSIGN_DATA=/var/lib/countersign/data')
    expect(environment).toContain('HOME=/var/lib/countersign')
    expect(environment).not.toMatch(/PASSWORD|SECRET|TOKEN=/)
    expect(of('HEALTHCHECK').join('')).toContain('/opt/countersign/healthcheck.mjs')
    expect(of('COPY').some((line) => line.endsWith('/opt/countersign/healthcheck.mjs') && existsSync(join(root, line.split(' ').at(-2) ?? '')))).toBe(true)
    expect(of('ENTRYPOINT')).toEqual(['["countersign"]'])
  })

  it('names only settings that there are', () => {
    const known = settingsTable.map(({ environment }) => environment)
    const named = ['container/Containerfile', 'container/healthcheck.mjs', 'systemd/countersign.service'].flatMap((file) => read(`packaging/${file}`).match(/COUNTERSIGN_[A-Z_]+/g) ?? [])
    expect(named.length).toBeGreaterThan(3)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })
})

describe('the service', () => {
  const text = read('packaging/systemd/countersign.service')
  const value = (name: string): string | undefined => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]

  it('has a user of its own, no capability, a file system that it cannot write, and time to end', () => {
    expect(['DynamicUser', 'NoNewPrivileges', 'ProtectHome', 'PrivateDevices', 'PrivateTmp', 'ProtectClock', 'RestrictNamespaces', 'RestrictSUIDSGID'].filter((name) => value(name) !== 'yes')).toEqual([])
    expect([value('CapabilityBoundingSet'), value('AmbientCapabilities'), value('ProtectSystem'), value('StateDirectory'), value('StateDirectoryMode'), value('UMask')]).toEqual(['', '', 'strict', 'countersign', '0700', '0077'])
    expect(text).toContain('COUNTERSIGN_DATA=/var/lib/countersign')
    expect(Number.parseInt(value('TimeoutStopSec') ?? '0', 10)).toBeGreaterThanOrEqual(45)
  })

  it('systemd finds nothing wrong with it, and calls its exposure low', (context) => {
    if (!has('systemd-analyze')) {
      if (process.env['CI'] === 'true') throw new Error('systemd-analyze is not here')
      process.stderr.write('\nSKIPPED: the systemd unit was not analyzed: systemd-analyze is not here.\n')
      return context.skip('systemd-analyze is not here')
    }
    const folder = mkdtempSync(join(tmpdir(), 'countersign-unit-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const unit = join(folder, 'countersign.service')
    writeFileSync(unit, text.replace('/usr/bin/countersign', '/bin/true'))
    const said = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    expect(Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1] ?? 10)).toBeLessThan(2)
    expect(execFileSync('/bin/sh', ['-c', `systemd-analyze verify ${unit} 2>&1 || true`], { encoding: 'utf8' }).split('\n').filter((line) => line.includes('countersign.service:'))).toEqual([])
  })
})

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

describe('licences', () => {
  it('each published package carries the one of the repository', () => {
    const whole = readFileSync(join(root, 'LICENSE'), 'utf8')
    expect(['proof', 'hcl', 'rego', 'countersign'].filter((name) => !existsSync(join(root, 'packages', name, 'LICENSE')) || read(`packages/${name}/LICENSE`) !== whole)).toEqual([])
  })
})
