/** What a key says of itself is believed where its maker's certificates go back to a root that is configured, and nowhere else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSoftwareAuthenticator, readAttestationRoots, type AttestationRoots, type SoftwareAuthenticator } from '../../src/identity/index.ts'
import { attestedKey, createMaker, digestOf, make, model, type Entity, type Maker, type Statement } from '../support/attestation.ts'
import { addKey, enrolOwner, openWorld } from './world.ts'

let maker: Maker
let other: Maker
let roots: AttestationRoots
const folder = mkdtempSync(join(tmpdir(), 'countersign-roots-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(async () => {
  maker = await createMaker()
  other = await createMaker('Another Root')
  roots = readAttestationRoots(file('roots', maker.pem))
})

function file(name: string, text: string): string {
  const path = join(folder, `${name}.pem`)
  writeFileSync(path, text)
  return path
}

/** The key as first key of an installation, and what the directory then says of it. */
async function rootOf(key: SoftwareAuthenticator, given: { roots?: AttestationRoots; later?: number } = {}): Promise<string | undefined> {
  const world = await openWorld({ demonstration: false, attestationRoots: given.roots ?? roots })
  world.clock.advance((given.later ?? 0) * 86_400_000)
  await enrolOwner(world, key)
  const state = await world.store.read((db) => world.identity.directory.state(db))
  return state?.keys.get(key.credentials()[0] ?? '')?.attestationRoot
}

const withChain = (chain: Entity[], more: Partial<Statement> = {}): SoftwareAuthenticator => attestedKey({ aaguid: model }, { chain, ...more })

describe('an attestation is verified', () => {
  test('to the configured root, by an intermediate certificate', async () => {
    expect(await rootOf(maker.key())).toBe(maker.digest)
  })

  test('to an intermediate certificate where that is what was configured, and with the root in the chain', async () => {
    const intermediates = readAttestationRoots(file('intermediate', maker.intermediate.certificate.toString('pem')))
    expect(await rootOf(maker.key(), { roots: intermediates })).toBe(digestOf(maker.intermediate))
    expect(await rootOf(withChain([maker.leaf, maker.intermediate, maker.root]))).toBe(maker.digest)
  })

  test('without a model in the certificate', async () => {
    expect(await rootOf(withChain([await make({}, maker.intermediate), maker.intermediate]))).toBe(maker.digest)
  })

  test('in the format fido-u2f, for a key that names no model', async () => {
    const chain = [await make({ name: 'CN=U2F' }, maker.root)]
    expect(await rootOf(attestedKey({ aaguid: '00000000-0000-0000-0000-000000000000' }, { format: 'fido-u2f', chain }))).toBe(maker.digest)
    expect(await rootOf(attestedKey({ aaguid: model }, { format: 'fido-u2f', chain }))).toBe('')
  })

  test('when a key is added, and its object is kept as it came', async () => {
    const world = await openWorld({ demonstration: false, attestationRoots: roots })
    const owner = await enrolOwner(world, createSoftwareAuthenticator({ aaguid: model }))
    const { authenticator } = await addKey(world, owner, maker.key())
    expect(authenticator.attestationRoot).toBe(maker.digest)
    const rows = await world.store.read((db) => db.selectFrom('authenticator').selectAll().orderBy('created_at').orderBy('id').execute())
    expect(rows.map((row) => row.attestation_format).sort()).toEqual(['none', 'packed'])
  })
})

describe('a key is claimed, and registered all the same', () => {
  const claimed = (name: string, key: () => SoftwareAuthenticator | Promise<SoftwareAuthenticator>, given: { later?: number } = {}): void =>
    test(name, async () => expect(await rootOf(await key(), given)).toBe(''))

  test('where no root is configured', async () => expect(await rootOf(maker.key(), { roots: new Map() })).toBe(''))
  claimed('without an attestation', () => createSoftwareAuthenticator({ aaguid: model }))
  claimed('with certificates of another root', () => other.key())
  claimed('with certificates of another root of the same name', async () => (await createMaker()).key())
  claimed('with a leaf under an intermediate certificate of the same name, before the true one', async () => withChain([(await createMaker()).leaf, maker.intermediate]))
  claimed('with a chain that is cut off', () => withChain([maker.leaf]))
  claimed('with a leaf under an intermediate certificate of somebody else', () => withChain([maker.leaf, other.intermediate]))
  claimed("with another maker's leaf before a good chain", () => withChain([other.leaf, maker.intermediate]))
  claimed('with a leaf of the right name whose key is not the one that signed', () => withChain([maker.leaf, maker.intermediate], { signer: other.leaf }))
  claimed('with a statement over other client data', () => withChain([maker.leaf, maker.intermediate], { overClientData: 'e30' }))
  claimed('with a statement that names another algorithm', () => withChain([maker.leaf, maker.intermediate], { alg: -257 }))
  claimed('with a leaf for another model', async () => withChain([await make({ aaguid: 'f1d0f1d0-0000-4000-8000-0000000000ff' }, maker.intermediate), maker.intermediate]))
  claimed('with a leaf that has expired', async () => withChain([await make({ aaguid: model, until: -1 }, maker.intermediate), maker.intermediate]))
  claimed('with a leaf that does not hold yet', async () => withChain([await make({ aaguid: model, from: 1 }, maker.intermediate), maker.intermediate]))
  claimed('when the root has expired by the clock of the server', async () => withChain([await make({ aaguid: model, until: 999 }, maker.root)]), { later: 101 })
  claimed('with an intermediate certificate that has expired', async () => {
    const old = await make({ name: 'CN=Old', ca: true, until: -1 }, maker.root)
    return withChain([await make({ aaguid: model }, old), old])
  })
  claimed('with an intermediate certificate that may sign none', async () => {
    const none = await make({ name: 'CN=None', ca: false }, maker.root)
    return withChain([await make({ aaguid: model }, none), none])
  })
  claimed('with more intermediate certificates than the root allows', async () => {
    const [first] = [await make({ name: 'CN=First', ca: true }, maker.root)]
    const second = await make({ name: 'CN=Second', ca: true }, first)
    return withChain([await make({ aaguid: model }, second), second, first])
  })
  claimed('with a leaf that may sign others', async () => withChain([await make({ aaguid: model, ca: true }, maker.root)]))
  claimed('with a leaf that is for something else than attestation', async () => withChain([await make({ name: 'C=CH, O=Test Maker, OU=Web, CN=x', aaguid: model }, maker.intermediate), maker.intermediate]))
  claimed('with a leaf that demands what nobody here understands', async () => withChain([await make({ aaguid: model, critical: true }, maker.intermediate), maker.intermediate]))
  claimed('with the root itself as leaf', () => withChain([maker.root]))
  claimed('with a leaf that signed itself', async () => withChain([await make({ aaguid: model })]))
  claimed('in a format that is not one of the two', () => maker.key({}, { format: 'tpm' }))
  claimed('without a signature, or without certificates', () => maker.key({}, { drop: 'sig' }))
  claimed('with an attestation by itself', () => maker.key({}, { drop: 'x5c' }))
})

describe('the file with the roots', () => {
  test('holds several, each once', () => {
    expect([...readAttestationRoots(file('two', `# mine\n${maker.pem}\n${other.pem}\n${maker.pem}`)).keys()]).toEqual([maker.digest, other.digest])
  })

  const unusable = (path: string): void => expect(() => readAttestationRoots(path)).toThrow(expect.objectContaining({ code: 'attestation_roots_unusable' }))
  test('is refused when it is missing, a folder, empty, a key, not whole, or holds what may sign no others', () => {
    for (const path of [join(folder, 'missing.pem'), folder, file('empty', ''), file('leaf', maker.leaf.certificate.toString('pem'))]) unusable(path)
    unusable(file('key', `${maker.pem}\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`))
    unusable(file('cut', maker.pem.slice(0, 200)))
    unusable(file('bytes', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'))
  })
})
