/**
 * Patterns over paths, matched in linear time whatever the pattern: `*`, `?`, `[a-z]`, `{a,b}`, `**`, and a backslash before what is meant as it stands.
 */
import { RE2JS } from 're2js'


const literal = (s: string): string => s.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** The regular expression of one part of a pattern; undefined when the pattern is not closed. */
function source(pattern: string): string | undefined {
  let out = ''
  let depth = 0
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? ''
    if (c === '\\') {
      i++
      if (i >= pattern.length) return undefined
      out += literal(pattern[i] ?? '')
    } else if (c === '*') {
      if (pattern[i + 1] === '*' && (i === 0 || pattern[i - 1] === '/') && (pattern[i + 2] === '/' || i + 2 === pattern.length)) {
        out += pattern[i + 2] === '/' ? '(?:[^/]+/)*' : '.*'
        i += pattern[i + 2] === '/' ? 2 : 1
      } else {
        while (pattern[i + 1] === '*') i++
        out += '[^/]*'
      }
    } else if (c === '?') out += '[^/]'
    else if (c === '[') {
      const end = pattern.indexOf(']', i + 2)
      if (end < 0) return undefined
      const body = pattern.slice(i + 1, end)
      const negated = body.startsWith('^') || body.startsWith('!')
      const members = (negated ? body.slice(1) : body).replace(/[\\[\]^]/g, '\\$&')
      if (members === '') return undefined
      out += negated ? `[^/${members}]` : `[${members}]`
      i = end
    } else if (c === '{') {
      depth++
      out += '(?:'
    } else if (c === '}' && depth > 0) {
      depth--
      out += ')'
    } else if (c === ',' && depth > 0) out += '|'
    else out += literal(c)
  }
  return depth === 0 ? out : undefined
}

/** Whether a path matches; undefined when the pattern is malformed. */
export function globMatcher(pattern: string): ((path: string) => boolean) | undefined {
  const made = source(pattern)
  if (made === undefined) return undefined
  try {
    const regex = RE2JS.compile(made)
    return (path) => regex.matches(path)
  } catch {
    return undefined
  }
}
