/** An answer that is not the one asked for, in words for the person: what happened, and what to do next. */

export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly next: string

  constructor(fields: { code: string; status: number; detail: string; next: string }) {
    super(fields.detail)
    this.name = 'Problem'
    this.code = fields.code
    this.status = fields.status
    this.next = fields.next
  }
}

export function networkProblem(): Problem {
  return new Problem({
    code: 'network',
    status: 0,
    detail: 'The Countersign server did not answer.',
    next: 'Check that it is running and that you are connected, then try again. Nothing was signed.',
  })
}

/** Reads problem+json (RFC 9457); anything else still becomes a sentence. */
export function problemFrom(status: number, body: unknown): Problem {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const text = (name: string): string => {
    const value = fields[name]
    return typeof value === 'string' ? value : ''
  }
  return new Problem({
    code: text('code') || `http_${status}`,
    status,
    detail: text('detail') || text('title') || `The server answered with status ${status}.`,
    next: text('next') || (status >= 500 ? 'Try again in a moment. If it stays, look at the log of the server.' : ''),
  })
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem({ code: 'page', status: 0, detail: `This page failed: ${error instanceof Error ? error.message : String(error)}.`, next: 'Load the page again.' })
}
