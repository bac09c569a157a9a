/** Settings of the sign-in for programs. Each refusal says what would be right. */

/** Its client id, the audience of its tokens, and SHA-256 of its secret in hex. */
export type ResourceServerSetting = { name: string; audience: string; secretHash: string }

export function parseBoolean(text: string): boolean {
  if (text === 'true') return true
  if (text === 'false') return false
  throw new Error('must be true or false')
}

const form = /^(?<name>[a-z][a-z0-9-]{0,39})\s+(?<audience>\S+)\s+sha256:(?<hash>[0-9a-f]{64})$/
/** Names that are clients of ours. */
const taken = ['countersign-cli', 'terraform']

/** `vault https://vault.example.com sha256:2c26...`, with commas between several; "" for none. */
export function parseResourceServers(text: string): ResourceServerSetting[] {
  const servers = text.split(',').map((part) => part.trim()).filter((part) => part !== '').map(one)
  for (const member of ['name', 'audience'] as const) {
    const seen = servers.map((server) => server[member])
    const twice = seen.find((value, at) => seen.indexOf(value) !== at)
    if (twice !== undefined) throw new Error(`must name each ${member} once, and ${JSON.stringify(twice)} is there twice: one server would see the tokens of another`)
  }
  return servers
}

function one(text: string): ResourceServerSetting {
  const { name, audience, hash } = form.exec(text)?.groups ?? {}
  if (name === undefined || audience === undefined || hash === undefined) throw new Error('must be "name https://audience sha256:<64 hex digits>", with commas between several')
  if (taken.includes(name)) throw new Error(`must not call a resource server ${name}: that is a client of ours`)
  const url = URL.canParse(audience) ? new URL(audience) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.hash !== '' || audience.includes('#')) throw new Error('must give each audience as an absolute URL without a fragment (RFC 8707)')
  return { name, audience, secretHash: hash }
}
