/** Where rules put what they find: each (code, address, detail) once, details short and free of characters that deceive. */
import { escapeText } from '../text/escape-text.ts'
import type { Reason } from '../shape.ts'
import type { RiskCode } from './codes.ts'

/** The longest detail, in characters, before escaping. */
export const maxDetail = 240

export class Collector {
  readonly reasons: Reason[] = []
  readonly #seen = new Set<string>()

  add(code: RiskCode, address: string, detail: string): void {
    const shown = escapeText(detail.length > maxDetail ? `${detail.slice(0, maxDetail - 1).replace(/[\ud800-\udbff]$/, '')}…` : detail)
    const key = `${code}\n${address}\n${shown}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.reasons.push({ code, address, detail: shown })
  }
}
