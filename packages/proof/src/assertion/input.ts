/** What an assertion is checked against, and what the checks hand to one another. */
import type { VerifyingKey } from '../key/import.ts'
import type { Assertion } from '../types/statement.ts'
import type { AuthenticatorData } from './authenticator-data.ts'
import type { ClientData } from './client-data.ts'

/** A key as the directory (or a server's store) has it registered. */
export type RegisteredKey = {
  person: string
  /** credential id, base64url */
  id: string
  /** COSE algorithm */
  alg: number
  /** SubjectPublicKeyInfo, base64url */
  publicKey: string
  backupEligible: boolean
}

export type AssertionInput = {
  assertion: Assertion
  key: RegisteredKey
  /** who is to sign: the person named in the envelope */
  person: string
  /** the 32 bytes of `challengeFor`, or of a sign-in */
  challenge: Uint8Array
  rpId: string
  origins: readonly string[]
  /** the key imported beforehand; otherwise it is imported and remembered */
  verifyingKey?: VerifyingKey
}

/** An input whose two byte strings were read. */
export type Given = AssertionInput & { client: ClientData; data: AuthenticatorData; rpIdHash: Uint8Array }

export type VerifiedAssertion = {
  person: string
  credential: string
  origin: string
  backupEligible: boolean
  backedUp: boolean
  /** compare it with the last one seen: a counter that goes back is the server's check, not the verifier's */
  signCount: number
}
