/** Attacks on one countersignature. All signatures are true, made by the key that is named, unless the name says otherwise. */
import { canonicalText, replayDirectory, toBase64url } from '../../src/index.ts'
import { AT, BE, BS, ED, UP, UV } from '../support/authenticator.ts'
import { alice, bob, byAlice, keys, mallory, runSubject, tellRun } from '../support/scenario.ts'
import { seed } from '../support/keys.ts'
import { type Attack, lie, touchLie } from './attack.ts'
import { alone } from './bases.ts'

type Members = Record<string, unknown>
const clientData = (change: (members: Members) => unknown) => ({ touch: { clientData: change } })
const more = (members: Members) => clientData((own) => ({ ...own, ...members }))

const assertion: Attack[] = [
  touchLie('a touch for a registration', 'assertion_type', more({ type: 'webauthn.create' })),
  touchLie('a touch for another challenge', 'assertion_challenge', { touch: { challenge: seed('other') } }),
  touchLie('a challenge with padding', 'assertion_challenge', clientData((own) => ({ ...own, challenge: `${String(own['challenge'])}=` }))),
  touchLie('a touch on a phishing page', 'assertion_origin', { touch: { origin: 'https://countersign.test.evil.example' } }),
  touchLie('a touch in a frame', 'assertion_cross_origin', more({ crossOrigin: true })),
  touchLie('a touch in a frame that hides it', 'assertion_cross_origin', more({ topOrigin: 'https://evil.example' })),
  touchLie('a key of another rpId', 'assertion_rp_id', { touch: { rpId: 'evil.example' } }),
  touchLie('no touch at all', 'assertion_user_presence', { touch: { flags: UV } }),
  touchLie('a touch without PIN or biometry', 'assertion_user_verification', { touch: { flags: UP } }),
  touchLie('BS without BE', 'assertion_backup_state', { touch: { flags: UP | UV | BS } }),
  touchLie('BE, where registration had none', 'assertion_backup_eligibility', { touch: { flags: UP | UV | BE } }),
  touchLie('authenticator data with a credential', 'assertion_authenticator_data', { touch: { flags: UP | UV | AT } }),
  touchLie('bytes behind authenticator data that no flag announces', 'assertion_authenticator_data', { touch: { extensions: Uint8Array.of(1) } }),
  touchLie('extension data announced and absent', 'assertion_authenticator_data', { touch: { flags: UP | UV | ED } }),
  touchLie('extension data, announced: nothing is wrong', 'valid', { touch: { flags: UP | UV | ED, extensions: Uint8Array.of(0xa0) } }),
  touchLie('client data that is no JSON', 'assertion_client_data', clientData(() => 'touch')),
  touchLie('client data that is a list', 'assertion_client_data', clientData(() => [])),
  touchLie('client data without an origin', 'assertion_client_data', clientData(({ origin: _, ...own }) => own)),
  touchLie('client data with a type twice', 'assertion_client_data', clientData((own) => JSON.stringify(own).replace('{', '{"type":"webauthn.create",'))),
  touchLie('client data with a byte order mark', 'assertion_client_data', clientData((own) => `\ufeff${JSON.stringify(own)}`)),
  touchLie('client data with a member that is not known: nothing is wrong', 'valid', more({ other_keys_can_be_added_here: 'do not compare clientDataJSON against a template' })),
  touchLie('client data with spaces and in another order: nothing is wrong', 'valid', clientData((own) => JSON.stringify(Object.fromEntries(Object.entries(own).reverse()), null, 1))),
  touchLie("signed with an attacker's key", 'assertion_signature', { touch: { signer: keys.mallory.key } }),
  touchLie('a signature as r and s instead of DER', 'assertion_signature', { after: (made: object) => ({ ...made, signature: toBase64url(Buffer.concat([seed('r'), seed('s')])) }) }),
]

const envelope: Attack[] = [
  touchLie('an envelope of another installation', 'envelope_instance', { envelope: { instance: 'ins-two' } }),
  touchLie('an envelope of another person', 'assertion_owner', { envelope: { person: bob.id } }),
  touchLie('an envelope in the role of genesis', 'envelope_role', { envelope: { role: 'genesis' } }),
  touchLie('an envelope in the role of possession', 'envelope_role', { envelope: { role: 'possession' } }),
  touchLie('an envelope in the role of a voucher', 'envelope_role', { envelope: { role: 'voucher' } }),
  touchLie('an envelope of an approver: the step-up is missing', 'requirement_self_step_up', { envelope: { role: 'approver' } }),
  touchLie('an envelope of another origin', 'envelope_origin', { envelope: { origin: 'https://evil.example' } }),
  touchLie('an envelope that had expired when it was recorded', 'envelope_window', { envelope: { notBefore: '2026-11-20T19:30:00.000Z', expires: '2026-11-20T19:30:00.001Z' } }),
  touchLie('an envelope recorded before it begins', 'envelope_window', { envelope: { notBefore: '2026-11-20T19:40:00.000Z', expires: '2026-11-20T19:50:00.000Z' } }),
  touchLie('an envelope that expires before it begins', 'envelope_invalid', { envelope: { expires: '2026-11-20T19:00:00.000Z' } }),
  touchLie('an envelope with an unknown member', 'envelope_invalid', { envelope: { more: 1 } }),
  touchLie('an envelope of a later version', 'envelope_invalid', { envelope: { v: 2 } }),
  touchLie('an envelope with a short nonce', 'envelope_invalid', { envelope: { nonce: 'AAAA' } }),
  touchLie('an envelope with a negative slot', 'envelope_invalid', { envelope: { slot: -1 } }),
  touchLie('an envelope whose time has no milliseconds', 'envelope_invalid', { envelope: { notBefore: '2026-11-20T19:30:00Z' } }),
  touchLie('an envelope that names a directory that never was', 'envelope_directory', { envelope: { directory: { size: 1, head: 'f'.repeat(64) } } }),
  touchLie('an envelope that names a longer directory: entries were cut off', 'envelope_directory', { envelope: { directory: { size: 2, head: 'f'.repeat(64) } } }),
  touchLie('an envelope from before the key was registered', 'signer_unknown', { envelope: { directory: { size: 0, head: '0'.repeat(64) } } }),
  touchLie('an envelope that names a later checkpoint than it was recorded under', 'envelope_checkpoint', { envelope: { checkpoint: { size: 5, root: '0'.repeat(64) } } }),
  touchLie('an envelope that names a fork of the ledger', 'consistency_invalid', { envelope: { checkpoint: { size: 1, root: 'a'.repeat(64) } } }),
  touchLie('an envelope that gives the empty ledger a root', 'consistency_invalid', { envelope: { checkpoint: { size: 0, root: 'a'.repeat(64) } } }),
  {
    name: 'an envelope whose checkpoint is not shown to be consistent',
    base: 'run',
    expect: 'consistency_missing',
    make: async () => {
      const told = await tellRun({}, await alone())
      return { trust: told.trust, evidence: { ...told.evidence, ledger: { ...told.evidence.ledger, consistency: [] } } }
    },
  },
  {
    name: 'an envelope that was used for genesis already',
    base: 'run',
    expect: 'nonce_reused',
    make: async () => {
      const world = await alone()
      const nonce = [...(await replayDirectory(world.entries)).nonces][0] ?? ''
      return tellRun({ signings: [{ ...byAlice, envelope: { nonce } }] }, world)
    },
  },
  {
    name: 'an envelope that is not canonical, truly signed',
    base: 'run',
    expect: 'statement_not_canonical',
    make: async () => {
      const told = await tellRun({}, await alone())
      const countersignatures = told.evidence.countersignatures.map((one) => ({ ...one, envelope: `${one.envelope} ` }))
      return { trust: told.trust, evidence: { ...told.evidence, countersignatures } }
    },
  },
]

const who: Attack[] = [
  touchLie('a key that was never registered', 'signer_unknown', { by: keys.mallory }),
  touchLie('somebody else in the requester\'s name', 'signer_unknown', { by: keys.mallory, envelope: { person: alice.id } }),
  touchLie("a true signature under the credential id of the requester's key", 'assertion_signature', { by: { ...keys.mallory, credential: keys.alice.credential, person: alice } }),
  lie('nobody', 'countersignature_missing', { signings: [], required: { selfStepUp: false } }),
  lie('nobody, where nothing is required either', 'countersignature_missing', { signings: [], required: { selfStepUp: false, assurance: 'aal1' } }),
  lie('aal3, which no attestation proves', 'requirement_assurance', { required: { assurance: 'aal3' } }),
  lie('the requester twice', 'requirement_distinct', { signings: [byAlice, byAlice] }),
  {
    name: 'a touch that was given to another run',
    base: 'run',
    expect: 'assertion_challenge',
    make: async () => {
      const other = await tellRun({ subject: { run: `run_${'9'.repeat(32)}` } }, await alone())
      const told = await tellRun({}, await alone())
      return { trust: told.trust, evidence: { ...told.evidence, countersignatures: other.evidence.countersignatures } }
    },
  },
  {
    name: 'a subject with an unknown member, truly signed',
    base: 'run',
    expect: 'subject_invalid',
    make: async () => {
      const world = await alone()
      const more = { more: 1 }
      return tellRun({ subject: { ...runSubject(world), ...more } }, world)
    },
  },
  {
    name: 'a subject that is not canonical, truly signed',
    base: 'run',
    expect: 'statement_not_canonical',
    make: async () => {
      const world = await alone()
      const told = await tellRun({}, world)
      const subject = `${canonicalText(told.subject)}\n`
      return { trust: told.trust, evidence: { ...told.evidence, subject, countersignatures: [await world.countersign(subject, byAlice)] } }
    },
  },
  lie('a subject of another organisation', 'evidence_instance', { subject: { org: 'other' } }),
  lie('a subject of another installation', 'evidence_instance', { subject: { instance: 'ins-two' } }),
  lie("somebody else's run, countersigned by a person who did not ask for it", 'envelope_role', { subject: { requester: mallory.id } }),
]

export const touchAttacks: Attack[] = [...assertion, ...envelope, ...who]
