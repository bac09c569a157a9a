/** JSON as values. Statements hold safe integers only; that is checked where bytes become values, not here. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export type JsonObject = { readonly [name: string]: JsonValue }
