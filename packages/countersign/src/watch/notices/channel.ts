/**
 * A way out. `send` resolves when the other side has taken the message, and throws otherwise; it is called again later with the
 * same id, so the other side may see a message twice and never half. Bounded in time by itself.
 */
import type { Message } from './message.ts'

export interface Channel {
  readonly name: 'email' | 'webhook' | 'slack'
  /** Whether each message goes to somebody's own address. */
  readonly addressed: boolean
  send(delivery: { id: string; recipient: string; message: Message; at: number }): Promise<void>
}

export const sendLasts = 10_000
