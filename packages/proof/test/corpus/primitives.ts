/** Vectors of the parts: so that a second implementation finds its first mistake where it is. */
import { canonicalText, challengeFor, commitmentOf, countersignatureDigest, formatCode, fromHex, headAfter, intentDigest, leafHash, makeVkey, parseCanonical, parseEnvelope, serverWordBytes, shortCode, subjectDigest, toBase64url, toHex } from '../../src/index.ts'
import { consistencyProof, extendRange, inclusionProof, type Range, rangeRoot } from '../../src/produce/index.ts'
import { idOf } from '../support/authenticator.ts'
import { ledgerKey, seed } from '../support/keys.ts'
import { installation, tellRun } from '../support/scenario.ts'
import type { Json } from './edit.ts'

const canonical = ['{}', '[]', 'null', '{"a":1,"b":[true,false,null]}', '"\\u0000\\b\\t\\n\\f\\r\\"\\\\/\u007f\u0080\u20ac\ud83d\ude00"', '{"\\r":1,"1":3,"\u0080":5,"\u00f6":6,"\u20ac":0,"\ud83d\ude00":4,"\ufb33":2}', '-9007199254740991', '0', `${'['.repeat(64)}${']'.repeat(64)}`]
const refused = ['', ' {}', '{}\n', '{"b":1,"a":2}', '{"a":1,"a":1}', '{"a": 1}', '1.0', '1e2', '-0', '1.5', '9007199254740992', '1e999', '"\\u0041"', '"\\/"', '"\\u000F"', '"\\ud800"', '{"\\udc00":1}', '\ufeff{}', '{', '[1,]', 'NaN', "{'a':1}", '01', `${'['.repeat(65)}${']'.repeat(65)}`]

async function tree(): Promise<Json> {
  const nodes = new Map<string, Uint8Array>()
  const range: Range = { size: 0, nodes: [] }
  const roots = [toHex(await rangeRoot(range))]
  const leaves: string[] = []
  for (let i = 0; i < 11; i++) {
    const leaf = seed(`leaf ${i}`).slice(0, i)
    leaves.push(toHex(leaf))
    for (const { level, index, hash } of await extendRange(range, await leafHash(leaf))) nodes.set(`${level}/${index}`, hash)
    roots.push(toHex(await rangeRoot(range)))
  }
  const read = (level: number, index: number): Uint8Array => nodes.get(`${level}/${index}`) ?? new Uint8Array()
  const inclusion: Json[] = []
  for (const [index, size] of [[0, 1], [0, 8], [5, 8], [6, 7], [2, 3], [10, 11], [3, 11]] as const) {
    inclusion.push({ index, size, proof: (await inclusionProof(index, size, read)).map(toHex) })
  }
  const consistency: Json[] = []
  for (const [from, to] of [[1, 1], [1, 8], [2, 5], [6, 8], [3, 7], [8, 11], [7, 11]] as const) {
    consistency.push({ from, to, proof: (await consistencyProof(from, to, read)).map(toHex) })
  }
  return { leaves, roots, inclusion, consistency }
}

export async function primitives(): Promise<Json> {
  for (const text of canonical) parseCanonical(text)
  const { evidence, world } = await tellRun({}, await installation())
  const [countersignature] = evidence.countersignatures
  if (countersignature === undefined) throw new Error('no countersignature')
  const envelope = canonicalText(parseEnvelope(countersignature.envelope))
  const digest = await subjectDigest(evidence.subject)
  const details = canonicalText({ grant: 'x', n: 1 })
  const [entry = ''] = world.entries
  const intent = { authenticator: 'aut_1', kind: 'intent' }
  return {
    about: 'Parts, each by itself; see docs/spec/statement-and-evidence.md. Lists under "canonical" are texts.',
    canonical: { accepted: canonical, refused },
    subject: { text: evidence.subject, digest, code: formatCode(shortCode(digest)) },
    challenge: { subjectDigest: digest, envelope, challenge: toBase64url(await challengeFor(digest, envelope)) },
    words: (['totp', 'host'] as const).map((type) => {
      const word = type === 'totp' ? { type, authenticator: idOf('aut', 'phone') } : { type }
      return { word, challenge: toHex(seed('challenge')), bytes: toHex(serverWordBytes(word, seed('challenge'))) }
    }),
    intent: { intent, digest: await intentDigest(intent) },
    commitment: { salt: toBase64url(seed('salt')), details, commitment: await commitmentOf(seed('salt'), details) },
    head: { previous: '0'.repeat(64), entry, head: await headAfter('0'.repeat(64), entry) },
    countersignature: { value: { ...countersignature }, digest: await countersignatureDigest(countersignature) },
    vkey: { name: 'countersign/ins-one', publicKey: toHex(ledgerKey('a').publicKey), vkey: await makeVkey('countersign/ins-one', ledgerKey('a').publicKey) },
    tree: await tree(),
    emptyRoot: toHex(fromHex('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855') ?? new Uint8Array()),
  }
}
