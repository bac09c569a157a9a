/** The people and their keys: what other rooms may use of identity. */
export type { Actor, Source, Via } from './actor.ts'
export { createIdentity, type Identity } from './create.ts'
export { IdentityError, type IdentityErrorCode } from './errors.ts'
export type { IdentityContext, IdentityPorts, IdentitySettings } from './ports.ts'
export type { Authenticator } from './authenticators/authenticators.ts'
export { noRoots, readAttestationRoots, type AttestationRoots } from './attestation/roots.ts'
export type { Keys, UsableKey } from './authenticators/keys.ts'
export type { Appended, DirectoryStore } from './directory/directory.ts'
export { stepAt } from './codes/one-time.ts'
export type { Profiles } from './codes/create.ts'
export type { Notice, NoticeKind, Notices } from './notices/notices.ts'
export type { People, Person } from './directory/people.ts'
export type { OidcLog } from './oidc/provider.ts'
export type { ResourceServer } from './oidc/settings.ts'
export type { Session } from './sessions/sessions.ts'
export type { TerminalRequest } from './terminal/resolve.ts'
export type { TerminalToken } from './terminal/tokens.ts'
export { authenticationResponse } from './routes/webauthn-schemas.ts'
export { parseName } from './words.ts'
export { identityMigrations } from './tables.ts'
export {
  createSoftwareAuthenticator,
  type ExportedAuthenticator,
  type SoftwareAuthenticator,
} from './demonstration/software-authenticator.ts'
