/**
 * Who is acting, after their session or their terminal's token was verified.
 *
 * An Actor is proof of *sign-in* only. It never authorises anything privileged: that is the gate's decision, over a countersignature.
 */
export type Via =
  | 'browser'
  /** A token bound to a key, proven by it for each request. */
  | 'terminal'
  /** A token that works for whoever holds it (`terraform login`): reads and plans, nothing else. */
  | 'bearer'
  /** The password of a state credential, as Terraform's `http` backend sends it: it asks about the state of one workspace. */
  | 'state'

export type Source = {
  /** Remote address as the server saw it. */
  address: string
  /** What the client says of itself: a user agent family, or `user@host` of a terminal. For show only. */
  client: string
}

export type Actor = {
  kind: 'person'
  /** `usr_` */
  id: string
  name: string
  roles: string[]
  via: Via
  /** `ses_` of a browser session, `tok_` of a terminal's sign-in (the same over renewals), `stc_` of a state credential. Never the secret itself. */
  session: string
  /** RFC 7638 SHA-256 thumbprint of the terminal's DPoP key; `stc_` of a state credential; "" in browsers and for bearer tokens. */
  executor: string
  source: Source
  /** When the person last proved a key to sign in, in ms. */
  authTime: number
}
