/** Compiled patterns, kept over queries in a bounded cache: compiling costs far more than a match. RE2 matches in linear time. */
import { library } from '#library'
import type { RE2JS } from 're2js'
import { BuiltinFault } from '../registry.ts'

const most = 256
const longest = 65_536
const cache = new Map<string, RE2JS>()

/** The compiled pattern. Throws RE2's own words, which are Go's. */
export function compiled(pattern: string, flags = 0): RE2JS {
  const key = `${flags}:${pattern}`
  const known = cache.get(key)
  if (known !== undefined) return known
  if (pattern.length > longest) throw new BuiltinFault('error parsing regexp: the pattern is too long')
  const made = compile(pattern, flags)
  if (cache.size >= most) cache.delete(cache.keys().next().value ?? '')
  cache.set(key, made)
  return made
}

function compile(pattern: string, flags: number): RE2JS {
  try {
    return library.re2().RE2JS.compile(pattern, flags)
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('error parsing regexp')) throw new BuiltinFault(error.message)
    throw new BuiltinFault('error parsing regexp: expression too large')
  }
}

export type Match = { readonly start: number; readonly end: number; readonly groups: readonly (string | undefined)[] }

/** All matches, leftmost first, as Go finds them: an empty match right behind another match does not count. */
export function* matches(pattern: RE2JS, text: string, limit: number): IterableIterator<Match> {
  const matcher = pattern.matcher(text)
  let from = 0
  let behind = -1
  for (let found = 0; found < limit && from <= text.length && matcher.find(from); ) {
    const start = matcher.start()
    const end = matcher.end()
    if (start !== end || start !== behind) {
      found++
      yield { start, end, groups: groupsOf(matcher) }
    }
    behind = end
    from = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1)
  }
}

function groupsOf(matcher: ReturnType<RE2JS['matcher']>): readonly (string | undefined)[] {
  return Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? undefined)
}
