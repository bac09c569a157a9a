/** What JSON can say. `canonicalize` of @countersign/proof narrows it further: safe integers, no lone surrogates. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [name: string]: Json }
