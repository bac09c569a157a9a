/**
 * A WebAuthn authenticator and the browser in front of it, in software, for demonstrations and tests.
 *
 * It guarantees nothing: its keys are files, and its "user verification" is a flag it sets. That is why its AAGUID says what it is,
 * and why a server that was not started for a demonstration refuses to register it. With `overrides` it also tells the lies
 * that the tests need: another origin's type, a counter that goes back, a missing flag.
 */
import { demonstrationAaguid } from '@countersign/proof'
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { encodeCbor, type CborValue } from './cbor.ts'
import { AuthenticatorError, authenticatorData, clientData, relyingParty } from './ceremony-data.ts'
import { algorithms, cosePublicKey, firstSpoken, makePrivateKey, type AlgorithmName } from './keys.ts'

export type SoftwareAuthenticatorOptions = {
  aaguid?: string
  /** The same seed makes the same keys and credential ids, credential after credential (RS256 keys are always random). */
  seed?: string
  /** What it speaks; the first that the options accept, in the options' order, is used. Default: all three. */
  algorithms?: AlgorithmName[]
  backupEligible?: boolean
  backedUp?: boolean
  transports?: string[]
}

/** Each makes the response lie in one thing. */
export type CreateOverrides = {
  challenge?: string
  type?: string
  crossOrigin?: boolean
  rpId?: string
  userPresent?: boolean
  userVerified?: boolean
}
export type GetOverrides = CreateOverrides & {
  /** The sign counter to report instead of the next. */
  counter?: number
  /** Sign with this credential although the options ask for others. */
  credential?: string
  backupEligible?: boolean
  backedUp?: boolean
  /** Members added to clientDataJSON, as Chromium sometimes does. */
  clientData?: Record<string, unknown>
}

type StoredCredential = {
  id: string
  rpId: string
  userHandle: string
  algorithm: AlgorithmName
  /** PKCS8 DER, base64url. */
  privateKey: string
  counter: number
}

export type ExportedAuthenticator = { v: 1; options: SoftwareAuthenticatorOptions; credentials: StoredCredential[] }

export interface SoftwareAuthenticator {
  create(options: PublicKeyCredentialCreationOptionsJSON, origin: string, overrides?: CreateOverrides): RegistrationResponseJSON
  get(options: PublicKeyCredentialRequestOptionsJSON, origin: string, overrides?: GetOverrides): AuthenticationResponseJSON
  /** Credential ids, oldest first. */
  credentials(): string[]
  /** SPKI DER, base64url. */
  publicKey(credential: string): string
  export(): ExportedAuthenticator
}

export function createSoftwareAuthenticator(options: SoftwareAuthenticatorOptions = {}): SoftwareAuthenticator {
  return software(options, [])
}

export function importSoftwareAuthenticator(exported: ExportedAuthenticator): SoftwareAuthenticator {
  return software(exported.options, exported.credentials.map((credential) => ({ ...credential })))
}

function software(settings: SoftwareAuthenticatorOptions, credentials: StoredCredential[]): SoftwareAuthenticator {
  const backup = { backupEligible: settings.backupEligible ?? false, backedUp: settings.backedUp ?? false }

  function create(options: PublicKeyCredentialCreationOptionsJSON, origin: string, overrides: CreateOverrides = {}): RegistrationResponseJSON {
    const rpId = relyingParty(options.rp.id, origin)
    const excluded = new Set((options.excludeCredentials ?? []).map((credential) => credential.id))
    if (credentials.some((credential) => excluded.has(credential.id))) {
      throw new AuthenticatorError('InvalidStateError', 'This authenticator already holds a credential of this account.')
    }
    const spoken = settings.algorithms ?? ['ES256', 'RS256', 'EdDSA']
    const algorithm = firstSpoken(options.pubKeyCredParams.map((parameter) => parameter.alg), spoken)
    if (!algorithm) throw new AuthenticatorError('NotSupportedError', 'None of the algorithms asked for is spoken here.')

    const seed = settings.seed === undefined ? undefined : Buffer.from(`${settings.seed}\n${credentials.length}`)
    const key = makePrivateKey(algorithm, seed)
    const id = seed ? createHash('sha256').update('credential\n').update(seed).digest() : randomBytes(32)
    const stored: StoredCredential = {
      id: id.toString('base64url'), rpId, userHandle: options.user.id, algorithm, counter: 0,
      privateKey: key.export({ format: 'der', type: 'pkcs8' }).toString('base64url'),
    }
    credentials.push(stored)

    const aaguid = Buffer.from((settings.aaguid ?? demonstrationAaguid).replaceAll('-', ''), 'hex')
    const attested = Buffer.concat([aaguid, Uint8Array.of(id.length >> 8, id.length & 0xff), id, cosePublicKey(algorithm, key)])
    const authData = authenticatorData(overrides.rpId ?? rpId, { ...backup, ...overrides, attested: true }, 0, attested)
    const members: [string, CborValue][] = [['fmt', 'none'], ['attStmt', new Map()], ['authData', authData]]
    const attestationObject = encodeCbor(new Map(members))
    return {
      id: stored.id, rawId: stored.id, type: 'public-key', clientExtensionResults: {}, authenticatorAttachment: 'cross-platform',
      response: {
        clientDataJSON: clientData(overrides.type ?? 'webauthn.create', overrides.challenge ?? options.challenge, origin, overrides.crossOrigin),
        attestationObject: Buffer.from(attestationObject).toString('base64url'),
        transports: transports(settings.transports),
        publicKey: spki(key), publicKeyAlgorithm: algorithms[algorithm], authenticatorData: authData.toString('base64url'),
      },
    }
  }

  function get(options: PublicKeyCredentialRequestOptionsJSON, origin: string, overrides: GetOverrides = {}): AuthenticationResponseJSON {
    const rpId = relyingParty(options.rpId, origin)
    const allowed = new Set((options.allowCredentials ?? []).map((credential) => credential.id))
    const candidates = credentials.filter((credential) => credential.rpId === rpId)
    const stored = overrides.credential
      ? candidates.find((credential) => credential.id === overrides.credential)
      : candidates.findLast((credential) => allowed.size === 0 || allowed.has(credential.id))
    if (!stored) throw new AuthenticatorError('NotAllowedError', 'This authenticator holds none of the credentials asked for.')

    stored.counter += 1
    const authData = authenticatorData(overrides.rpId ?? rpId, { ...backup, ...overrides, attested: false }, overrides.counter ?? stored.counter)
    const type = overrides.type ?? 'webauthn.get'
    const clientDataJSON = clientData(type, overrides.challenge ?? options.challenge, origin, overrides.crossOrigin, overrides.clientData)
    const signed = Buffer.concat([authData, createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()])
    return {
      id: stored.id, rawId: stored.id, type: 'public-key', clientExtensionResults: {}, authenticatorAttachment: 'cross-platform',
      response: {
        clientDataJSON, authenticatorData: authData.toString('base64url'), userHandle: stored.userHandle,
        signature: sign(stored.algorithm === 'EdDSA' ? null : 'sha256', signed, privateKey(stored)).toString('base64url'),
      },
    }
  }

  return {
    create,
    get,
    credentials: () => credentials.map((credential) => credential.id),
    publicKey(id) {
      const stored = credentials.find((credential) => credential.id === id)
      if (!stored) throw new AuthenticatorError('NotAllowedError', 'This authenticator holds no such credential.')
      return spki(privateKey(stored))
    },
    export: () => ({ v: 1, options: { ...settings }, credentials: credentials.map((credential) => ({ ...credential })) }),
  }
}

function transports(given: string[] | undefined): ('usb' | 'internal')[] {
  return (given ?? ['usb']).map((transport) => (transport === 'internal' ? 'internal' : 'usb'))
}

function privateKey(stored: StoredCredential): KeyObject {
  return createPrivateKey({ key: Buffer.from(stored.privateKey, 'base64url'), format: 'der', type: 'pkcs8' })
}

function spki(key: KeyObject): string {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64url')
}
