/**
 * Asking for a touch of a passkey or security key, and what it means when none comes.
 *
 * Browsers tell a page little on purpose: a cancelled prompt, a timeout and a missing key look alike. The words here say
 * all that it may have been, and never blame.
 */
import { startAuthentication, startRegistration } from '@simplewebauthn/browser'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser'
import { Problem } from '../api/problem.ts'

const words: Record<string, { detail: string; next: string }> = {
  NotAllowedError: {
    detail: 'No touch arrived: the prompt was closed, it timed out, or this device has no key that fits.',
    next: 'Try again with the key you registered here. Nothing was signed.',
  },
  AbortError: { detail: 'The prompt was closed by another one.', next: 'Try again. Nothing was signed.' },
  InvalidStateError: { detail: 'This key is registered here already.', next: 'Use another passkey or security key.' },
  SecurityError: {
    detail: 'The browser refuses keys at this address.',
    next: 'Open Countersign at the address that was chosen at set-up: keys are bound to it.',
  },
  ConstraintError: { detail: 'This key cannot check who you are.', next: 'Set a PIN or fingerprint on it, or use another key.' },
  NotSupportedError: { detail: 'This key offers no algorithm that Countersign takes.', next: 'Use another passkey or security key.' },
}

export function touchProblem(error: unknown): Problem {
  const name = error instanceof Error ? error.name : ''
  const known = words[name]
  if (known !== undefined) return new Problem({ code: `touch_${name}`, status: 0, ...known })
  if (!('PublicKeyCredential' in globalThis)) {
    return new Problem({ code: 'touch_unsupported', status: 0, detail: 'This browser cannot use passkeys here.', next: 'Use a current browser, over https or at http://localhost.' })
  }
  const said = error instanceof Error ? error.message : String(error)
  return new Problem({ code: 'touch_failed', status: 0, detail: `The browser could not use the key: ${said}`, next: 'Try again, or use another key. Nothing was signed.' })
}

export async function askForTouch(options: PublicKeyCredentialRequestOptionsJSON): Promise<AuthenticationResponseJSON> {
  try {
    return await startAuthentication({ optionsJSON: options })
  } catch (error) {
    throw touchProblem(error)
  }
}

export async function askForNewKey(options: PublicKeyCredentialCreationOptionsJSON): Promise<RegistrationResponseJSON> {
  try {
    return await startRegistration({ optionsJSON: options })
  } catch (error) {
    throw touchProblem(error)
  }
}
