/**
 * What another program writes, made harmless for a terminal while it streams: text, line ends, tabs and colours pass as they are, and
 * everything else that a terminal would obey or hide is written out (`\u{001B}`).
 *
 * The adversary is a module, a provider or a script: its words pass through terraform, and could clear the screen, write the
 * clipboard, or paint over what the person is about to countersign. Not prevented: words that lie.
 */
import { StringDecoder } from 'node:string_decoder'
import { escapeText } from '../../plan/text/escape-text.ts'

// eslint-disable-next-line no-control-regex
const passes = /(\u001b\[[0-9;:]{0,64}m|[\r\n\t])/
// eslint-disable-next-line no-control-regex
const unfinished = /\u001b(?:\[[0-9;:]{0,64})?$/

/** For one stream: characters and colours may be cut anywhere between chunks. */
export function createForeign(): (chunk: Uint8Array) => string {
  const decoder = new StringDecoder('utf8')
  let held = ''
  return (chunk) => {
    const text = held + decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    held = unfinished.exec(text)?.[0] ?? ''
    const whole = text.slice(0, text.length - held.length)
    // With one group, every second part is one that passes.
    return whole.split(passes).map((part, i) => (i % 2 === 1 ? part : escapeText(part))).join('')
  }
}
