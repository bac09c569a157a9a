/**
 * What there is below /oidc. The library's own router takes other spellings of a path (capitals, a slash at the end) and has more routes than
 * we have pages for; so only these get to it, spelled exactly so.
 */
const fixed = ['/auth', '/token', '/jwks', '/.well-known/openid-configuration', '/token/revocation', '/token/introspection', '/device/auth']
/** Back from our sign-in page to the library. */
const resume = /^\/auth\/[\w-]{1,64}$/

export function isOidcPath(path: string): boolean {
  return fixed.includes(path) || resume.test(path)
}
