/**
 * The page stood on one of the origins of the installation (WebAuthn section 7.2, step 13).
 *
 * The browser writes the origin, not the page: a phishing page's touch carries the phishing page's origin.
 */
import { ProofError } from '../errors.ts'
import type { Given } from './input.ts'

export function checkOrigin({ client, origins }: Given): void {
  if (!origins.includes(client.origin)) {
    throw new ProofError('assertion_origin', 'the countersignature was given on a page of another origin')
  }
}
