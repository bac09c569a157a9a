/**
 * A policy that somebody compiled to WebAssembly (`opa build -t wasm`), run by `@open-policy-agent/opa-wasm`, which the user installs:
 * it is an optional peer. What such a policy costs cannot be bounded from here; run it in a worker that can be ended.
 */
import { fromJavaScript, stringifyJson, type Value } from '../value/index.ts'
import { AdapterError } from './error.ts'

type LoadedPolicy = {
  readonly entrypoints: Readonly<Record<string, number>>
  setData(data: unknown): void
  evaluate(input: unknown, entrypoint?: string | number): unknown
}

type OpaWasm = { loadPolicy(bytes: Uint8Array, memory?: { initial: number; maximum: number }): Promise<LoadedPolicy> }

export type WasmPolicy = {
  readonly entrypoints: readonly string[]
  /** The results of an entrypoint, such as `terraform/deny`: one for each way in which it holds, none where it is undefined. */
  evaluate(input: Value | undefined, entrypoint?: string): readonly Value[]
}

export type WasmOptions = {
  readonly data?: Value
  /** Pages of 64 KB. */
  readonly memory?: { readonly initial: number; readonly maximum: number }
  /** In place of the installed package, for tests. */
  readonly runtime?: OpaWasm
}

/** Throws AdapterError. */
export async function loadWasmPolicy(bytes: Uint8Array, options: WasmOptions = {}): Promise<WasmPolicy> {
  const runtime = options.runtime ?? (await installed())
  let policy: LoadedPolicy
  try {
    policy = await runtime.loadPolicy(bytes, options.memory ?? { initial: 5, maximum: 2048 })
    policy.setData(json(options.data ?? {}))
  } catch (error) {
    throw new AdapterError('unusable', `the policy cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, error)
  }
  return {
    entrypoints: Object.keys(policy.entrypoints),
    evaluate(input, entrypoint) {
      if (entrypoint !== undefined && !Object.hasOwn(policy.entrypoints, entrypoint)) throw new AdapterError('unusable', `the policy has no entrypoint ${entrypoint}; it has ${Object.keys(policy.entrypoints).join(', ')}`)
      let answer: unknown
      try {
        answer = policy.evaluate(input === undefined ? undefined : json(input), entrypoint)
      } catch (error) {
        throw new AdapterError('refused', `the policy did not answer: ${error instanceof Error ? error.message : String(error)}`, error)
      }
      return resultsOf(answer)
    },
  }
}

async function installed(): Promise<OpaWasm> {
  const name = '@open-policy-agent/opa-wasm'
  try {
    const module = (await import(name)) as OpaWasm & { default?: OpaWasm }
    return typeof module.loadPolicy === 'function' ? module : (module.default as OpaWasm)
  } catch (error) {
    throw new AdapterError('missing', `${name} is not installed: npm install ${name}`, error)
  }
}

/** JSON as bytes: as a value, false, zero and the empty string would be taken for no input at all, and large integers rounded. */
function json(value: Value): ArrayBuffer {
  const bytes = new TextEncoder().encode(stringifyJson(value))
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
}

function resultsOf(answer: unknown): readonly Value[] {
  if (!Array.isArray(answer)) throw new AdapterError('malformed', 'the policy answered with something that is no list of results')
  return answer.map((one: unknown) => {
    if (typeof one !== 'object' || one === null || !('result' in one)) throw new AdapterError('malformed', 'a result of the policy has no member "result"')
    return fromJavaScript(one.result)
  })
}
