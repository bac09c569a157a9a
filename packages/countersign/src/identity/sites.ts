/**
 * The addresses that this server answers at. A key belongs to the host name that it was made for, and counts nowhere else: while an
 * installation moves, keys of the old address and of the new one are used side by side, each at its own.
 */
import type { IdentitySettings } from './ports.ts'

export type Site = { rpId: string; origin: string }

type Served = Pick<IdentitySettings, 'url' | 'rpId' | 'origins' | 'sites'>

/** The main one first. */
export function sitesOf({ url, rpId, sites }: Served): readonly Site[] {
  return sites ?? [{ rpId, origin: new URL(url).origin }]
}

/** Where a key of this host name is used. Of one that is not served any more, nothing holds. */
export function siteOf(settings: Served, rpId: string): { rpId: string; origin: string; origins: readonly string[] } {
  const origins = rpId === settings.rpId ? settings.origins : sitesOf(settings).filter((site) => site.rpId === rpId).map((site) => site.origin)
  return { rpId, origins, origin: sitesOf(settings).find((site) => site.rpId === rpId)?.origin ?? settings.url }
}

/** The host name of keys at the address that a browser is at; the main one's where that is unknown. */
export function rpIdAt(settings: Served, origin: string | undefined): string {
  return sitesOf(settings).find((site) => site.origin === origin)?.rpId ?? settings.rpId
}
