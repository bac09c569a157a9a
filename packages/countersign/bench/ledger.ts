/**
 * The ledger: how fast a log is verified, and how fast a leaf in a large one is proven.
 *
 * Verifying is what `countersign audit verify` does: every leaf hashed, every stored node compared, every id, every salted commitment, and
 * the rows that searches use. The tree alone is a row of its own: that is what says that nothing was changed in a leaf. What counts is the
 * processor's time of this process, so that what else the machine does is not measured.
 *
 * The proof is asked of a log of a million leaves, at random places, and checked with the verifier's own function.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { fromHex, verifyInclusion } from '@countersign/proof'
import { auditVerify, ledgerMigrations, openLedger, type Ledger } from '../src/ledger/index.ts'
import { recompute } from '../src/ledger/recompute.ts'
import { emptyTree, grown, hashOfLeaf, rootOf } from '../src/ledger/tree.ts'
import { systemClock } from '../src/platform/clock.ts'
import { diskFolder, existingFolder, type Folder } from '../src/platform/folder.ts'
import { openKeyFiles } from '../src/platform/key-files.ts'
import { systemRandom } from '../src/platform/random.ts'
import { reader } from '../src/ledger/read.ts'
import { openStore } from '../src/platform/store/open.ts'
import type { Store } from '../src/platform/store/store.ts'
import { hundredths, median, type BenchRow } from './place.ts'

const LEAVES = 30_000
const MILLION = 1_000_000
const ROUNDS = 3
const PROOFS = 300
const GOALS = { rate: 100_000, milliseconds: 5 }

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  try {
    return [...(await verifying(join(folder, 'verified'))), await proving(join(folder, 'million'))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Place = { store: Store; ledger: Ledger; folder: Folder }

async function open(dataDir: string): Promise<Place> {
  const store = await openStore({ dataDir, migrations: ledgerMigrations })
  const folder = await diskFolder(join(dataDir, 'checkpoints'))
  const keyring = await openKeyFiles(join(dataDir, 'keys'), systemRandom)
  const { ledger } = await openLedger({ store, folder, keyring, clock: systemClock, random: systemRandom, instance: 'ins_bench' })
  return { store, ledger, folder }
}

async function verifying(dataDir: string): Promise<BenchRow[]> {
  const { store, ledger } = await open(dataDir)
  try {
    for (let at = 0; at < LEAVES; at += 500) {
      await store.write(async (tx) => {
        for (let more = at; more < at + 500; more++) {
          await ledger.append(tx, {
            type: 'gate.countersigned', ids: { ref: `run_${more}`, challenge: `chl_${more}`, person: `usr_${more % 40}` },
            details: { challenge: `chl_${more}`, subjectDigest: Buffer.from(hashOfLeaf(`${more}`)).toString('hex'), role: 'self', authenticator: 'aut_bench', method: 'webauthn', address: '127.0.0.1' },
          })
        }
      })
    }
    await ledger.checkpoint()
    const [whole, tree]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      tree.push(await rateOf(async () => {
        const { root, badLeaves } = await recompute(store, LEAVES, new Set())
        if (root === '' || badLeaves.length > 0) throw new Error('the tree of the benchmark does not verify')
      }))
      whole.push(await rateOf(async () => {
        const { problems } = await auditVerify(store, existingFolder(join(dataDir, 'checkpoints')))
        if (problems.length > 0) throw new Error(JSON.stringify(problems[0]))
      }))
    }
    return [
      rate('verifying the ledger\'s tree', median(tree), `${LEAVES} leaves with their stored nodes, in pages from the database; the other is the goal`),
      rate('verifying the ledger with all that lies beside it', median(whole), 'as `audit verify` does: ids, details against their commitments, and what searches use, too'),
    ]
  } finally {
    await store.close()
  }
}

/** Leaves in a second of the processor. */
async function rateOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (LEAVES * 1_000_000) / (user + system)
}

function rate(name: string, ours: number, note: string): BenchRow {
  return { name, ours: Math.round(ours), other: GOALS.rate, ratio: hundredths(ours / GOALS.rate), goal: 'at least 100,000 a second and core', holds: ours >= GOALS.rate, unit: 'leaves', note }
}

async function proving(dataDir: string): Promise<BenchRow> {
  await (await open(dataDir)).store.close()
  const root = fill(join(dataDir, 'countersign.db'))
  const store = await openStore({ dataDir, migrations: ledgerMigrations })
  const { inclusion } = reader(store)
  try {
    const took: number[] = []
    for (let at = 0; at < PROOFS; at++) {
      const index = Math.floor(Math.random() * MILLION)
      const started = performance.now()
      const proof = await inclusion(index, MILLION)
      took.push(performance.now() - started)
      const path = proof.map((hash) => fromHex(hash) ?? new Uint8Array())
      await verifyInclusion(index, MILLION, hashOfLeaf(leafOf(index)), path, fromHex(root) ?? new Uint8Array())
    }
    const worst = took.toSorted((a, b) => a - b)[Math.floor(PROOFS * 0.99)] ?? 0
    const ours = median(took)
    return {
      name: 'proof of a leaf in a million', ours: hundredths(ours), other: GOALS.milliseconds, ratio: hundredths(ours / GOALS.milliseconds), goal: 'under 5 ms', holds: ours < GOALS.milliseconds, unit: 'ms',
      note: `p99 ${hundredths(worst)} ms, first ${hundredths(took[0] ?? 0)} ms; ${PROOFS} random places; the other is the goal`,
    }
  } finally {
    await store.close()
  }
}

const leafOf = (index: number): string => `leaf ${index}`

/** A million leaves, past the ledger: only what proofs are made from. @returns the root */
function fill(path: string): string {
  const database = new DatabaseSync(path)
  try {
    const node = database.prepare('INSERT INTO ledger_node (level, idx, hash) VALUES (?, ?, ?)')
    let tree = emptyTree
    database.exec('PRAGMA synchronous = OFF; BEGIN; DELETE FROM ledger_node')
    for (let at = 0; at < MILLION; at += 10_000) {
      const { tree: larger, made } = grown(tree, Array.from({ length: 10_000 }, (_, more) => hashOfLeaf(leafOf(at + more))))
      tree = larger
      for (const { level, index, hash } of made) node.run(level, index, hash)
    }
    const root = rootOf(tree)
    database.prepare('UPDATE ledger_head SET size = ?, root = ?').run(MILLION, root)
    database.exec('COMMIT')
    return root
  } finally {
    database.close()
  }
}
