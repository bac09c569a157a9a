/**
 * The keychain of the operating system, where there is one (macOS Keychain, Windows Credential Manager, the Secret Service or the kernel's
 * keyring on Linux). Its module is optional and native: it is loaded only when a key is made or opened, and whatever goes wrong with it
 * means that there is none.
 *
 * What it guards against is a copied file and a backup. It hands the key to programs of this user, as far as the system lets it: so it is
 * told apart from a key that cannot leave at all, which nothing here claims.
 */
export interface Keychain {
  get(account: string): Promise<string | undefined>
  set(account: string, secret: string): Promise<void>
  remove(account: string): Promise<void>
}

const service = 'countersign'
const probe = 'countersign probe'

type Loader = () => Promise<Keychain>

/** undefined: there is none here, or it does not keep what it is given. */
export async function findKeychain(load: Loader = loadSystemKeychain): Promise<Keychain | undefined> {
  try {
    const keychain = await load()
    await keychain.set(probe, probe)
    const kept = await keychain.get(probe)
    await keychain.remove(probe)
    return kept === probe ? keychain : undefined
  } catch {
    return undefined
  }
}

async function loadSystemKeychain(): Promise<Keychain> {
  const { AsyncEntry } = await import('@napi-rs/keyring')
  return {
    get: async (account) => (await new AsyncEntry(service, account).getPassword()) ?? undefined,
    set: async (account, secret) => await new AsyncEntry(service, account).setPassword(secret),
    remove: async (account) => void (await new AsyncEntry(service, account).deletePassword()),
  }
}
