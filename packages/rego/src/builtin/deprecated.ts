/** Builtins that OPA keeps for old policies; under `check --strict` they are errors. */
export const deprecated: ReadonlySet<string> = new Set(['any', 'all', 're_match', 'net.cidr_overlap', 'set_diff', 'cast_array', 'cast_set', 'cast_string', 'cast_boolean', 'cast_null', 'cast_object'])
