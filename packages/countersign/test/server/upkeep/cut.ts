/** Opening a database again and again, cut off one statement later each time, until it is migrated. */
export type Cut = { through<T>(sql: string, work: () => T): T }

/**
 * Each try runs so many statements and one migration at most, then everything fails; every other COMMIT that is cut was carried out, and
 * only its answer is lost. @returns how many tries it took
 */
export async function cutEverywhere(stride: number, open: (cut: Cut) => Promise<void>): Promise<number> {
  for (let tries = 1, allowed = 1; ; tries++) {
    const run = { left: allowed, commits: 0, untilFirst: 0, statements: 0 }
    const through = <T>(sql: string, work: () => T): T => {
      if (run.left <= 0) {
        if (sql === 'COMMIT' && run.left === 0 && tries % 2 === 0) work()
        run.left = -1
        throw new Error('cut off on purpose')
      }
      run.left--
      run.statements++
      const result = work()
      if (sql !== 'COMMIT') return result
      if (++run.commits === 1) run.untilFirst = run.statements
      if (run.commits === 2) run.left = -1
      return result
    }
    if (await open({ through }).then(() => true, () => false)) return tries
    if (tries > 5_000) throw new Error('it does not come to an end')
    allowed = run.commits >= 2 ? run.untilFirst + 1 : allowed + stride
  }
}
