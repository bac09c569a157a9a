/**
 * Reading a backup: every byte is opened, and everything that it says of itself is compared. `each` is handed rows while they pass, before
 * the end has been seen: it must not do anything with them that could not be taken back.
 */
import { createHash } from 'node:crypto'
import { leafHash, ProofError, toHex, verifyCheckpoint } from '@countersign/proof'
import { extendRange, rangeRoot, type Range } from '@countersign/proof/produce'
import type { FileSecret } from '../../platform/envelope/index.ts'
import type { Value } from '../../platform/store/values.ts'
import { UpkeepError } from './errors.ts'
import { parseHead, parseManifest, type BackupHead, type Manifest } from './manifest.ts'
import { withSealed, type Rec } from './records.ts'
import { decodeRow, Tallying, type Tally } from './rows.ts'
import { CHECKPOINTS } from './create.ts'

export type Visitor = {
  head?(head: BackupHead): Promise<void>
  file?(name: string, content: Buffer): Promise<void>
  /** Rows of one table, in the order of its primary key, values in the order of `columns`. At most about 8 MiB at a time, where one is not larger. */
  rows?(table: string, columns: readonly string[], rows: Value[][]): Promise<void>
}

export type Read = {
  id: string; size: number; head: BackupHead; rows: number; files: number
  /** The newest checkpoint that is inside, whose signature holds and which the leaves inside agree with. */
  checkpoint: { size: number; root: string } | null
}

/** @throws UpkeepError */
export async function readBackup(path: string, secret: FileSecret, visitor: Visitor = {}, say: (text: string) => void = () => undefined): Promise<Read> {
  return await withSealed(path, 'backup', secret, async ({ head: { id }, size, records }) => {
    const reading = new Reading(visitor, say)
    for await (const record of records()) await reading.take(record)
    return { id, size, ...(await reading.end()) }
  })
}

const PAGE = { rows: 400, bytes: 8 << 20 }

class Reading {
  readonly #visitor: Visitor
  readonly #say: (text: string) => void
  #head: BackupHead | null = null
  #manifest: Manifest | null = null
  #table: { name: string; columns: string[]; tally: Tallying; page: Value[][]; bytes: number; rows: number } | null = null
  readonly #tables: ({ name: string } & Tally)[] = []
  readonly #files: { name: string; digest: string }[] = []
  readonly #notes: string[] = []
  readonly #range: Range = { size: 0, nodes: [] }
  readonly #rootAt = new Map<number, string>()
  #sizes = new Set<number>()

  constructor(visitor: Visitor, say: (text: string) => void) {
    this.#visitor = visitor
    this.#say = say
  }

  async take({ kind, bytes }: Rec): Promise<void> {
    if (this.#manifest !== null || (kind === 'head') !== (this.#head === null)) throw inconsistent('its parts are not in their order')
    if (kind === 'head') {
      this.#head = parseHead(bytes)
      if (this.#head.checkpoint) this.#note(this.#head.checkpoint.note)
      await this.#visitor.head?.(this.#head)
    } else if (kind === 'file') await this.#file(bytes)
    else if (kind === 'table') await this.#begin(bytes.toString('utf8'))
    else if (kind === 'row') await this.#row(bytes)
    else {
      await this.#close()
      this.#manifest = parseManifest(bytes)
    }
  }

  async end(): Promise<Omit<Read, 'id' | 'size'>> {
    const [head, manifest] = [this.#head, this.#manifest]
    if (head === null || manifest === null) throw inconsistent('its end is missing')
    if (JSON.stringify(manifest) !== JSON.stringify({ tables: this.#tables, files: this.#files })) throw inconsistent('what it says it holds is not what it holds')
    if (head.tables.map(({ name }) => name).join() !== this.#tables.map(({ name }) => name).join()) throw inconsistent('tables are missing, or there are others')
    const root = head.vkey === '' ? '' : toHex(await rangeRoot(this.#range))
    if (this.#range.size !== head.leaves || root !== head.root) throw inconsistent('the leaves of the ledger are not those of its head')
    return { head, rows: this.#tables.reduce((sum, { rows }) => sum + rows, 0), files: this.#files.length, checkpoint: await this.#newest(head) }
  }

  async #file(bytes: Buffer): Promise<void> {
    const cut = bytes.indexOf(10)
    const name = bytes.subarray(0, cut).toString('utf8')
    const content = bytes.subarray(cut + 1)
    if (!/^(policy\.yaml|checkpoints\/[0-9]{16}\.checkpoint)$/.test(name)) throw inconsistent(`it holds a file ${JSON.stringify(name)}`)
    this.#files.push({ name, digest: createHash('sha256').update(content).digest('hex') })
    if (name.startsWith(CHECKPOINTS)) this.#note(content.toString('utf8'))
    await this.#visitor.file?.(name, content)
  }

  #note(note: string): void {
    this.#notes.push(note)
    const size = Number(note.split('\n')[1])
    this.#sizes = this.#sizes.add(size)
  }

  async #begin(name: string): Promise<void> {
    await this.#close()
    const columns = this.#head?.tables.find((table) => table.name === name)?.columns
    if (columns === undefined) throw inconsistent(`it holds a table ${JSON.stringify(name)} that it does not name`)
    this.#table = { name, columns, tally: new Tallying({ name, columns }), page: [], bytes: 0, rows: 0 }
    if (name === 'ledger_leaf' && this.#sizes.has(0)) this.#rootAt.set(0, toHex(await rangeRoot(this.#range)))
  }

  async #row(bytes: Buffer): Promise<void> {
    const table = this.#table
    if (table === null) throw inconsistent('a row belongs to no table')
    const values = decodeRow(bytes, table.columns.length)
    table.tally.add(bytes)
    table.page.push(values)
    table.bytes += bytes.length
    if (table.name === 'ledger_leaf') await this.#leaf(values[table.columns.indexOf('idx')] ?? -1, values[table.columns.indexOf('leaf')] ?? '')
    if (table.page.length >= PAGE.rows || table.bytes >= PAGE.bytes) await this.#flush()
  }

  async #leaf(index: Value, leaf: Value): Promise<void> {
    if (index !== this.#range.size || typeof leaf !== 'string') throw inconsistent(`leaf ${this.#range.size} of the ledger is missing`)
    await extendRange(this.#range, await leafHash(Buffer.from(leaf)))
    if (this.#sizes.has(this.#range.size)) this.#rootAt.set(this.#range.size, toHex(await rangeRoot(this.#range)))
  }

  async #flush(): Promise<void> {
    const table = this.#table
    if (table === null || table.page.length === 0) return
    await this.#visitor.rows?.(table.name, table.columns, table.page)
    this.#say(`${table.name} (${(table.rows += table.page.length)} rows)`)
    table.page = []
    table.bytes = 0
  }

  async #close(): Promise<void> {
    await this.#flush()
    if (this.#table !== null) this.#tables.push({ name: this.#table.name, ...this.#table.tally.end() })
    this.#table = null
  }

  /** A checkpoint that covers more than the leaves, or other ones, means that the database was no longer what was signed when it was backed up. */
  async #newest(head: BackupHead): Promise<Read['checkpoint']> {
    let newest: Read['checkpoint'] = null
    for (const note of this.#notes) {
      const { size, root } = await verifyCheckpoint(note, head.instance, [head.vkey]).catch((cause: unknown) => {
        throw inconsistent(`a checkpoint in it does not hold (${cause instanceof ProofError ? cause.code : 'unknown'})`, cause)
      })
      if (size > head.leaves) throw inconsistent(`it has ${head.leaves} leaves, and a checkpoint in it covers ${size}`)
      if (this.#rootAt.get(size) !== root) throw inconsistent(`its leaves contradict the checkpoint over ${size} of them`)
      if (newest === null || size > newest.size) newest = { size, root }
    }
    return newest
  }
}

function inconsistent(what: string, cause?: unknown): UpkeepError {
  return new UpkeepError('backup_inconsistent', `The backup opens, but ${what}.`, 'Use another backup, and look at the server that it comes from with: countersign audit verify', cause === undefined ? {} : { cause })
}
