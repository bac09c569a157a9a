/** How long people wait for the programs themselves: `--help`, the server's first answer, and what it holds while it does nothing. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, median, program, rounded, timed, type BenchRow } from './place.ts'

const ROUNDS = 7

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  try {
    const [help, bare, first, memory]: [number[], number[], number[], number[]] = [[], [], [], []]
    for (let round = 0; round < ROUNDS; round++) {
      help.push((await timed(process.execPath, [program, '--help'], { cwd: folder, env: process.env })).milliseconds)
      bare.push((await timed(process.execPath, ['-e', '0'], { cwd: folder, env: process.env })).milliseconds)
      const server = await serverStart(join(folder, `data-${round}`), round === ROUNDS - 1)
      first.push(server.milliseconds)
      if (server.megabytes > 0) memory.push(server.megabytes)
    }
    return [
      row('countersign --help', median(help), median(bare), 150, 'ms', 'the other is node starting with nothing to do'),
      row('server: first answer after start', median(first), median(bare), 1000, 'ms', 'a new data folder each time; the other is node starting with nothing to do'),
      row('server: memory while idle', median(memory), 150, 150, 'MB', 'resident set after 5 s; the other is the limit'),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function row(name: string, ours: number, other: number, limit: number, unit: string, note: string): BenchRow {
  return { name, ours: rounded(ours), other: rounded(other), ratio: rounded(ours / other), goal: `under ${limit} ${unit}`, holds: ours < limit, unit, note }
}

async function serverStart(data: string, weigh: boolean): Promise<{ milliseconds: number; megabytes: number }> {
  const port = await freePort()
  const started = performance.now()
  const child = spawn(process.execPath, [program, 'up', '--data', data, '--addr', `127.0.0.1:${port}`, '--url', `http://localhost:${port}`, '--log', 'error'], { stdio: 'ignore' })
  try {
    while (!(await answers(port))) if (child.exitCode !== null) throw new Error('the server did not start')
    const milliseconds = performance.now() - started
    if (!weigh) return { milliseconds, megabytes: 0 }
    await new Promise((done) => setTimeout(done, 5_000))
    return { milliseconds, megabytes: residentMegabytes(child.pid ?? 0) }
  } finally {
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGTERM')
    if (child.exitCode === null) await ended
  }
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/api/v1/status', headers: { host: `localhost:${port}` }, timeout: 1_000 }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode === 200))
    })
    request.once('error', () => setTimeout(() => resolve(false), 5))
  })
}

/** Linux keeps it in /proc; elsewhere 0 stands for "not measured". */
function residentMegabytes(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? 0 : Number(kilobytes) / 1000
  } catch {
    return 0
  }
}
