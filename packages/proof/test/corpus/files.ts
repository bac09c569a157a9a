/** The corpus as files: what `make.ts` writes and `corpus.test.ts` compares. Nothing in it depends on the day or the machine. */
import { type VerdictCode, type VerdictName, verifyEvidence } from '../../src/index.ts'
import type { Attack } from './attack.ts'
import { hardwareAttacks } from './attacks-hardware.ts'
import { issuerAttacks } from './attacks-issuer.ts'
import { ledgerAttacks } from './attacks-ledger.ts'
import { memberAttacks } from './attacks-members.ts'
import { ownerAttacks } from './attacks-owners.ts'
import { quorumAttacks } from './attacks-quorum.ts'
import { recoveryAttacks } from './attacks-recovery.ts'
import { siteAttacks } from './attacks-sites.ts'
import { stateAttacks } from './attacks-state.ts'
import { touchAttacks } from './attacks-touch.ts'
import { wordAttacks } from './attacks-word.ts'
import { type Base, bases } from './bases.ts'
import { applyEdits, type Edit, editsBetween, type Json } from './edit.ts'
import { type Depth, type FieldCase, fieldCases } from './fields.ts'
import { primitives } from './primitives.ts'

export type Case = { name: string; edits: Edit[]; expect: { verdict: string; code: string } }
export type CaseFile = { base: string; about: string; cases: Case[] }
export type BaseFile = { about: string; bundle: Json; trust: Json; expect: { verdict: string; code: string } }

/** Documents and edits are plain JSON: what a file holds. */
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json

export const documentOf = ({ bundle, trust }: { bundle: unknown; trust: unknown }): Json => plain({ bundle, trust })

const verdictOf = async (document: Json): Promise<{ verdict: string; code: string }> => {
  const { bundle, trust } = document as { bundle: Json; trust: never }
  const { verdict, code } = await verifyEvidence(JSON.stringify(bundle), trust)
  return { verdict, code }
}

async function fieldFile(base: Base, about: string, paths: { at: (string | number)[]; depth: Depth }[]): Promise<CaseFile> {
  const document = documentOf(base)
  const cases: Case[] = []
  for (const { at, depth } of paths) {
    const value = at.reduce<Json>((within, step) => (within as Record<string | number, Json>)[step] ?? null, document)
    for (const { name, edits } of fieldCases(value, at, depth) satisfies FieldCase[]) {
      cases.push({ name, edits, expect: await verdictOf(applyEdits(document, edits)) })
    }
  }
  return { base: base.name, about, cases }
}

/** The codes that are no refusals. */
const sound: Partial<Record<VerdictCode, VerdictName>> = {
  valid: 'VALID',
  servers_word: 'ATTESTED',
  allowed_by_policy: 'ALLOWED',
  demonstration: 'DEMONSTRATION',
  issuer_not_pinned: 'CONSISTENT',
}

async function attackFiles(name: string, attacks: readonly Attack[], all: readonly Base[]): Promise<[string, CaseFile][]> {
  const files = new Map<string, CaseFile>()
  for (const attack of attacks) {
    const base = all.find((one) => one.name === attack.base)
    if (base === undefined) throw new Error(`no base ${attack.base}`)
    const edits = editsBetween(documentOf(base), documentOf({ bundle: (await attack.make()).evidence, trust: (await attack.make()).trust }))
    const file = files.get(base.name) ?? { base: base.name, about: `attacks on ${name}, with true signatures wherever the attacker could make them`, cases: [] }
    const verdict = sound[attack.expect] ?? 'INVALID'
    file.cases.push({ name: attack.name, edits, expect: { verdict, code: attack.expect } })
    files.set(base.name, file)
  }
  return [...files].map(([baseName, file]) => [`attacks/${name}-${baseName}.json`, file])
}

export async function corpus(): Promise<Map<string, Json>> {
  const all = await bases()
  const named = (name: string): Base => {
    const base = all.find((one) => one.name === name)
    if (base === undefined) throw new Error(`no base ${name}`)
    return base
  }
  const deep: Depth = 'changed and removed'
  const files: [string, unknown][] = [
    ['primitives.json', await primitives()],
    ...all.map(({ name, about, bundle, trust, expect }): [string, BaseFile] => [`bases/${name}.json`, { about, bundle: plain(bundle), trust: plain(trust), expect }]),
    ['fields/bundle.json', await fieldFile(named('run'), 'every field of a bundle of a run, one at a time, without new signatures', [{ at: ['bundle'], depth: deep }])],
    ['fields/trust.json', await fieldFile(named('run'), 'every field of the trust file, one at a time', [{ at: ['trust'], depth: deep }])],
    ['fields/policy.json', await fieldFile(named('policy'), 'every field of a subject of the kind policy', [{ at: ['bundle', 'subject'], depth: deep }])],
    ['fields/state.json', await fieldFile(named('state'), 'every field of a subject of the kind state, and of its leaves', [{ at: ['bundle', 'subject'], depth: deep }, { at: ['bundle', 'ledger', 'leaves'], depth: 'changed' }])],
    ['fields/people.json', await fieldFile(named('people'), 'every field of the directory entries about people, one at a time', [4, 5, 9, 10, 11, 13].map((seq) => ({ at: ['bundle', 'directory', seq], depth: 'changed' })))],
    ['fields/word.json', await fieldFile(named('attested'), "every field of the server's word, and of the entry of the app it speaks of", [{ at: ['bundle', 'countersignatures'], depth: deep }, { at: ['bundle', 'directory', 1], depth: deep }])],
    ['fields/directory.json', await fieldFile(named('history'), 'every field of every kind of directory entry, one at a time', [{ at: ['bundle', 'directory'], depth: 'changed' }])],
    ...(await attackFiles('touch', touchAttacks, all)),
    ...(await attackFiles('quorum', quorumAttacks, all)),
    ...(await attackFiles('ledger', ledgerAttacks, all)),
    ...(await attackFiles('issuer', issuerAttacks, all)),
    ...(await attackFiles('members', memberAttacks, all)),
    ...(await attackFiles('owners', ownerAttacks, all)),
    ...(await attackFiles('recovery', recoveryAttacks, all)),
    ...(await attackFiles('sites', siteAttacks, all)),
    ...(await attackFiles('state', stateAttacks, all)),
    ...(await attackFiles('word', wordAttacks, all)),
    ...(await attackFiles('hardware', hardwareAttacks, all)),
  ]
  return new Map(files.map(([name, file]) => [name, plain(file)]))
}

/** One case a line, so that a change is read as one. */
export function written(file: Json): string {
  if (typeof file !== 'object' || file === null || !('cases' in file)) return `${JSON.stringify(file, null, 1)}\n`
  const { cases, ...head } = file as { cases: Json[] }
  const lines = cases.map((one) => `  ${JSON.stringify(one)}`).join(',\n')
  return `${JSON.stringify({ ...head, cases: [] }, null, 1).replace(/\[\]\n\}$/, '[')}\n${lines}\n ]\n}\n`
}
