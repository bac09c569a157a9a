/** While a person waits at a terminal, Enter opens the page. Nothing is opened by itself: a prompt that pops up trains people to say yes. */
import type { Output } from '../output.ts'

export function offerToOpen(output: Output, link: string): { end: () => void } {
  if (!output.live || !process.stdin.isTTY) return { end: () => undefined }
  // It rings once: whoever looks elsewhere is wanted here.
  output.line(`  ${output.paint.dim('press Enter to open it here')}\u0007`)
  const pressed = (): void => void openInBrowser(link).catch(() => undefined)
  process.stdin.on('data', pressed)
  process.stdin.resume()
  return {
    end() {
      process.stdin.off('data', pressed)
      process.stdin.pause()
    },
  }
}

/** Rejects when nothing could be started; whether a page appeared is not known. */
export async function openInBrowser(link: string): Promise<void> {
  const { default: open } = await import('open')
  const child = await open(link)
  child.unref()
}
