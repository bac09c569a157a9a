/** Following and exporting the ledger of a data folder, and holding it against what left the host, with the built program beside a real server. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signCheckpoint } from '@countersign/proof/produce'
import { expect, it } from 'vitest'
import { parseCheckpointPlaces } from '../../src/platform/setting-checkpoints.ts'
import { signedIn } from './signed-in.ts'
import { buildFirst } from './terminal.ts'
import { scratchFolder } from '../support/scratch-server.ts'

buildFirst()

type Line = { index: number; time: string; type: string; ids: Record<string, string>; details: Record<string, unknown> | null; leaf: string }
const linesIn = (text: string): Line[] => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Line)

it('tail shows what is asked for, and what comes; export goes on; a ledger that went back is told by what left the host', async () => {
  const kept = join(await scratchFolder('kept'), 'checkpoints')
  const { terminal: at, server, dataDir } = await signedIn({ watching: { away: { places: parseCheckpointPlaces(`file:${kept}`), webhookSecret: '', environment: {} } } })
  const { base, away } = server.parts
  const audit = async (...args: string[]) => await at.run(['audit', ...args, '--data', dataDir])
  await base.store.write(async (tx) => {
    await base.ledger.append(tx, { type: 'gate.decided', ids: { ref: 'run_a', person: 'usr_x' }, details: { input: { workspace: { name: 'a/b' } } } })
    await base.ledger.append(tx, { type: 'gate.redeemed', ids: { ref: 'run_a', person: 'usr_y' }, details: { grant: 'g' } })
    await base.ledger.append(tx, { type: 'state.read', ids: { state: 'sta_1', member: 'usr_x' }, details: { workspace: 'c/d' } })
    for (let n = 0; n < 30; n++) await base.ledger.append(tx, { type: 'test.many', ids: {}, details: { n } })
  })
  await base.ledger.checkpoint()
  away.begin()
  await away.settled()

  expect((await audit('tail')).stdout.trim().split('\n')).toHaveLength(20)
  const all = linesIn((await audit('tail', '--since', '1h', '--json')).stdout)
  expect(all.map(({ index }) => index)).toEqual(all.map((_, n) => n))
  const typesOf = async (...args: string[]): Promise<string[]> => linesIn((await audit('tail', '--json', '--since', '2026-01-01', ...args)).stdout).map(({ type }) => type)
  expect(await typesOf('--workspace', 'a/b')).toEqual(['gate.decided', 'gate.redeemed'])
  expect((await audit('tail', '--since', 'tea')).stderr).toContain('(filter_invalid)')

  expect(await typesOf('--outcome', 'denied')).toEqual([])
  expect(await typesOf('--id', 'sta_1')).toEqual(['state.read'])

  const search = async (...args: string[]) => await at.run(['audit', 'search', '--server', server.url, ...args])
  const searched = JSON.parse((await search('--type', 'gate', '--workspace', 'a', '--json')).stdout) as { size: number; entries: { type: string; proven: boolean; workspace: string; outcome: string }[] }
  expect(searched.entries).toMatchObject([{ type: 'gate.redeemed', proven: true, workspace: 'a/b', outcome: 'done' }, { type: 'gate.decided', proven: true, workspace: 'a/b', outcome: 'unknown' }])
  const said = await search('--person', 'me', '--limit', '1')
  expect([said.code, said.stdout]).toEqual([0, expect.stringContaining('Each is proven to stand in the log.')])
  const text = (await base.store.read((db) => db.selectFrom('ledger_leaf').select(['idx', 'leaf']).where('leaf', 'like', '%"gate.redeemed"%').executeTakeFirstOrThrow()))
  const write = async (leaf: string): Promise<void> => void (await base.store.write((tx) => tx.updateTable('ledger_leaf').set({ leaf }).where('idx', '=', text.idx).execute()))
  await write(text.leaf.replace('usr_y', 'usr_z'))
  const lied = await search('--workspace', 'a/b')
  expect([lied.code, lied.stdout]).toEqual([5, expect.stringContaining('NOT PROVEN: not-in-log')])
  await write(text.leaf)
  expect((await search('--limit', '0')).stderr).toContain('(filter_invalid)')

  const later = async (): Promise<void> => void (await base.store.write((tx) => base.ledger.append(tx, { type: 'test.later', ids: {}, details: {} })))
  await later()
  let seen = 0
  const followed = await at.run(['audit', 'tail', '--follow', '--type', 'test.later', '--json', '--data', dataDir], {
    onOutput: (soFar, child) => {
      const before = seen
      seen = soFar.split('\n').length - 1
      if (before < 1 && seen >= 1) void later()
      if (seen >= 2) child.kill('SIGTERM')
    },
  })
  expect([followed.code, linesIn(followed.stdout).map(({ type }) => type)]).toEqual([0, ['test.later', 'test.later']])

  const [lines, tiles] = [join(at.home, 'lines'), join(at.home, 'tiles')]
  await base.ledger.checkpoint()
  const exported = JSON.parse((await audit('export', '--to', lines, '--json')).stdout) as { size: number; written: number }
  expect(linesIn(readFileSync(join(lines, 'entries.jsonl'), 'utf8'))).toHaveLength(exported.size)
  expect((await audit('export', '--to', lines)).stdout).toContain('(0 new lines)')
  expect((await audit('export', '--to', tiles, '--format', 'tiles')).code).toBe(0)
  expect(existsSync(join(tiles, 'tile/entries', `000.p/${exported.size}`))).toBe(true)

  const fits = await audit('verify', '--against', kept)
  expect([fits.code, fits.stdout]).toEqual([0, expect.stringMatching(/It contains all \d+ checkpoints from elsewhere/)])
  const remote = async (...more: string[]) => await at.run(['audit', 'verify', '--server', server.url, ...more])
  const proven = await remote('--against', kept)
  expect([proven.code, proven.stdout]).toEqual([0, expect.stringMatching(/contains what this terminal remembers[^]*It contains all \d+ checkpoints from elsewhere/)])
  const signer = await base.keyring.signer('ledger')
  const other = join(at.home, 'other')
  writeFileSync(other, `${readFileSync(kept, 'utf8')}\n${await signCheckpoint({ origin: base.ledger.origin, size: 3, root: '77'.repeat(32) }, signer ?? expect.fail('there is no key'))}`)
  const refused = await remote('--against', other)
  expect([refused.code, refused.stdout]).toEqual([5, expect.stringContaining('over 3 leaves: contradicts the leaves that the server has now')])
  const old = join(at.home, 'old')
  await server.close()
  cpSync(dataDir, old, { recursive: true })
  const { DatabaseSync } = await import('@photostructure/sqlite')
  const database = new DatabaseSync(join(old, 'countersign.db'), { enableForeignKeyConstraints: false })
  for (const table of ['ledger_id', 'ledger_fact', 'ledger_details', 'ledger_leaf']) database.exec(`delete from ${table} where idx >= 2`)
  database.exec(`delete from ledger_checkpoint where size > 2; delete from ledger_node where (idx + 1) * (1 << level) > 2; update ledger_head set size = 2, root = (select lower(hex(hash)) from ledger_node where level = 1 and idx = 0)`)
  database.close()
  rmSync(join(old, 'checkpoints'), { recursive: true })
  rmSync(join(at.home, 'config'), { recursive: true })
  const back = await at.run(['audit', 'verify', '--data', old, '--against', `file:${kept}`])
  expect([back.code, back.stdout]).toEqual([5, expect.stringMatching(/The first checkpoint from elsewhere that does not fit: .*over \d+ leaves: covers \d+ leaves, there are 2: the database was rolled back/)])
  expect((await at.run(['audit', 'verify', '--data', old, '--against', join(at.home, 'work')])).code).toBe(5)
}, 120_000)
