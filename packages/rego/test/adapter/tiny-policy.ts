/**
 * A policy in WebAssembly, put together by hand, that speaks OPA's ABI 1.3 as far as its runtime asks: the entrypoint `a/allow` answers
 * `[{"result": true}]` where the input's JSON is longer than two bytes, and nothing otherwise.
 */
const i32 = 0x7f
const text = (value: string): number[] => [...new TextEncoder().encode(value)]
const sized = (bytes: readonly number[]): number[] => [...leb(bytes.length), ...bytes]
const vector = (items: readonly (readonly number[])[]): number[] => [...leb(items.length), ...items.flat()]
const section = (id: number, bytes: readonly number[]): number[] => [id, ...sized(bytes)]

/** LEB128, unsigned; also right for small signed constants below 64. */
function leb(value: number): number[] {
  const low = value & 0x7f
  return value > 0x7f ? [low | 0x80, ...leb(value >> 7)] : [low]
}

function signed(value: number): number[] {
  const low = value & 0x7f
  const rest = value >> 7
  return rest === 0 && (low & 0x40) === 0 ? [low] : [low | 0x80, ...signed(rest)]
}

const constant = (value: number): number[] => [0x41, ...signed(value)]
const localGet = (index: number): number[] => [0x20, index]

type Code = { readonly name: string; readonly params: number; readonly returns: boolean; readonly body: readonly number[] }

const places = { builtins: 16, entrypoints: 64, none: 128, allowed: 192, heap: 8192 }

const functions: readonly Code[] = [
  { name: 'builtins', params: 0, returns: true, body: constant(places.builtins) },
  { name: 'entrypoints', params: 0, returns: true, body: constant(places.entrypoints) },
  { name: 'opa_malloc', params: 1, returns: true, body: constant(4096) },
  { name: 'opa_json_parse', params: 2, returns: true, body: localGet(0) },
  { name: 'opa_json_dump', params: 1, returns: true, body: localGet(0) },
  { name: 'opa_heap_ptr_get', params: 0, returns: true, body: constant(places.heap) },
  { name: 'opa_heap_ptr_set', params: 1, returns: false, body: [] },
  // (reserved, entrypoint, data, input, input length, heap, format)
  { name: 'opa_eval', params: 7, returns: true, body: [...constant(places.allowed), ...constant(places.none), ...localGet(4), ...constant(2), 0x4a, 0x1b] },
]

const strings: readonly (readonly [number, string])[] = [[places.builtins, '{}'], [places.entrypoints, '{"a/allow":0}'], [places.none, '[]'], [places.allowed, '[{"result":true}]']]

export const tinyPolicy = Uint8Array.from([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  ...section(1, vector(functions.map(({ params, returns }) => [0x60, ...vector(Array.from({ length: params }, () => [i32])), ...(returns ? [1, i32] : [0])]))),
  ...section(2, vector([[...sized(text('env')), ...sized(text('memory')), 0x02, 0x00, 0x01]])),
  ...section(3, vector(functions.map((_, index) => leb(index)))),
  ...section(6, vector([1, 3].map((value) => [i32, 0x00, ...constant(value), 0x0b]))),
  ...section(7, vector([
    ...functions.map(({ name }, index) => [...sized(text(name)), 0x00, ...leb(index)]),
    ...['opa_wasm_abi_version', 'opa_wasm_abi_minor_version'].map((name, index) => [...sized(text(name)), 0x03, ...leb(index)]),
  ])),
  ...section(10, vector(functions.map(({ body }) => sized([0x00, ...body, 0x0b])))),
  ...section(11, vector(strings.map(([place, value]) => [0x00, ...constant(place), 0x0b, ...sized([...text(value), 0])]))),
])
