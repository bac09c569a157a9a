/** How key-encryption keys lie in the data folder: as they are, or behind a passphrase. */
export const protections = ['file', 'passphrase'] as const
export type Protection = (typeof protections)[number]
