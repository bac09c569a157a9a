/** What happened in a schedule, in lines for people and in calls for the checks. */

/** `unknown`: no try was answered, or not with what became of it. */
export type Outcome = { kind: 'done'; value: unknown } | { kind: 'refused'; code: string } | { kind: 'unknown'; code: string }
export type Call = { actor: string; what: string; key: string; /** How many leaves there were when its answer came. */ answeredAt: number; tries: string[]; outcome: Outcome; about: Readonly<Record<string, string | number>> }

export class History {
  readonly lines: string[] = []
  readonly calls: Call[] = []
  /** What a check found: empty is well. */
  readonly wrong: string[] = []

  say(step: number, at: number, who: string, what: string): void {
    this.lines.push(`${String(step).padStart(4)}  ${(at / 1000).toFixed(3).padStart(11)} s  ${who.padEnd(16)} ${what}`)
  }

  /** How often what happened: faults and refusals, in the words of the lines. */
  tally(into: Map<string, number>): void {
    const add = (what: string): void => void into.set(what, (into.get(what) ?? 0) + 1)
    for (const { what, outcome, tries } of this.calls) {
      add(outcome.kind === 'done' ? `${what}: done` : `${what}: ${outcome.code}`)
      for (const code of tries) add(code)
    }
    for (const line of this.lines) {
      const [, said] = /s {2}(?:server \d|clock) +(.*)$/.exec(line) ?? []
      if (said !== undefined) add(said)
    }
  }

  blame(what: string): void {
    this.wrong.push(what)
  }
}
