/** How long what is new has to wait, in milliseconds, so that somebody who was robbed can say so. */
const hour = 3_600_000

/** A key that was added to somebody who had one counts for nothing grave before. */
export const probationLasts = 48 * hour

/** A recovery may be vetoed all this time before it is worth anything. */
export const recoveryWaits = 48 * hour

/** A recovery that nobody made use of is worth nothing afterwards. */
export const recoveryLasts = 30 * 24 * hour
