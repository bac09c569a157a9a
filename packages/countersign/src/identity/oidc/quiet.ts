/**
 * oidc-provider prints notices with `console.info` and `console.warn` while it is imported and constructed, some of them to stdout. Our
 * stdout is data only. The notices are collected for the log instead; the console is put back before anything else runs on it.
 */
export async function collectNotices<T>(work: () => Promise<T>, notice: (text: string) => void): Promise<T> {
  const target = globalThis.console
  const kept = { info: target.info, warn: target.warn }
  const collect = (...parts: unknown[]) => notice(parts.map(String).join(' '))
  target.info = collect
  target.warn = collect
  try {
    return await work()
  } finally {
    target.info = kept.info
    target.warn = kept.warn
  }
}
