/** What people do in a schedule: they touch their key or type a code, deny, cancel. */
import { codeAt } from '../../../src/identity/codes/one-time.ts'
import { stepAt } from '../../../src/identity/index.ts'
import { importSoftwareAuthenticator } from '../../../src/identity/demonstration/software-authenticator.ts'
import type { SoftwareAuthenticator } from '../../../src/identity/index.ts'
import type { SentAssertion } from '../../../src/gate/index.ts'
import type { Answer, Client } from '../client.ts'
import type { Person } from '../installation.ts'
import type { Play } from '../play.ts'

type Proof = { by: 'key'; assertion: SentAssertion } | { by: 'code'; totp: string; step: number }
export type Prepared = { code: string; ceremony: string; proof: Proof }

const keys = new WeakMap<Play, Map<string, SoftwareAuthenticator>>()

/** One key, in however many windows: it counts on. */
function keyOf(play: Play, { name, key }: Person): SoftwareAuthenticator {
  const known = keys.get(play) ?? new Map<string, SoftwareAuthenticator>()
  keys.set(play, known)
  const one = known.get(name) ?? importSoftwareAuthenticator(key)
  known.set(name, one)
  return one
}

/** Somebody in front of a browser, with their key and phone. */
export class Human {
  readonly person: Person
  readonly #play: Play
  readonly #key: SoftwareAuthenticator

  constructor(play: Play, person: Person) {
    this.#play = play
    this.person = person
    this.#key = keyOf(play, person)
  }

  /** Opens the request, and touches the key or reads the code; nothing is sent yet. @param ahead steps by which the phone's clock differs */
  async prepare(client: Client, code: string, how: 'key' | 'code', ahead = 0): Promise<Prepared | null> {
    const { browser } = this.person
    const begun = await client.call({
      what: 'begins a ceremony', as: browser, about: { code },
      work: async ({ useCases }) => {
        const { ceremony, challenge, rpId, keys } = await useCases.gate.begin.run(browser, { code, typed: '' })
        return { ceremony, challenge: Buffer.from(challenge).toString('base64url'), rpId, keys: keys.map(({ credential }) => credential.id) }
      },
    })
    if ('refused' in begun) return null
    const { ceremony, challenge, rpId, keys } = begun.done
    return { code, ceremony, proof: how === 'key' ? this.#touch({ challenge, rpId, keys }) : this.#type(ahead) }
  }

  /** Sends it. The same may be sent more than once, by whoever has it. */
  async answer(client: Client, { code, ceremony, proof }: Prepared): Promise<Answer<null>> {
    const { browser } = this.person
    const sent = proof.by === 'key' ? { assertion: proof.assertion } : { totp: proof.totp }
    return await client.call({
      what: `answers with a ${proof.by}`, as: browser, about: { code, ceremony, person: browser.id, ...(proof.by === 'code' ? { codeOfStep: proof.step } : {}) },
      work: ({ useCases }) => useCases.gate.finish.run(browser, { code, ceremony, ...sent }).then(() => null),
    })
  }

  async sign(client: Client, code: string, how: 'key' | 'code' = 'key'): Promise<boolean> {
    const prepared = await this.prepare(client, code, how)
    return prepared !== null && 'done' in (await this.answer(client, prepared))
  }

  async deny(client: Client, code: string, report: boolean): Promise<void> {
    const { browser } = this.person
    await client.call({ what: report ? 'denies and reports' : 'denies', as: browser, about: { code }, work: ({ useCases }) => useCases.gate.deny.run(browser, { code, report }).then(() => null) })
  }

  #touch({ challenge, rpId, keys }: { challenge: string; rpId: string; keys: string[] }): Proof {
    const { place } = this.#play.machine.installation
    const allowCredentials = keys.map((id) => ({ type: 'public-key' as const, id }))
    return { by: 'key', assertion: this.#key.get({ challenge, rpId, allowCredentials }, place.origin) }
  }

  #type(ahead: number): Proof {
    const { seed } = this.person
    if (seed === '') throw new Error(`${this.person.name} has no app`)
    const step = stepAt(this.#play.machine.time.wall) + ahead
    return { by: 'code', totp: codeAt(Buffer.from(seed, 'hex'), step), step }
  }
}
