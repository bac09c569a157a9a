/** Times in words, and times that pass. All counted against the server's clock. */
import { useEffect, useState } from 'preact/hooks'
import { serverNow } from '../api/server-clock.ts'

const dayAndTime = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' })
const timeOnly = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** "20 Nov 2026, 19:30"; a text that is no time stays as it is. */
export function moment(iso: string): string {
  const at = Date.parse(iso)
  return Number.isNaN(at) ? iso : dayAndTime.format(at)
}

/** "19:30:04" today, with the day before that. */
export function clockTime(iso: string): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return iso
  return new Date(at).toDateString() === new Date(serverNow()).toDateString() ? timeOnly.format(at) : dayAndTime.format(at)
}

const units = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000]] as const

export function ago(iso: string, now: number): string {
  const passed = now - Date.parse(iso)
  if (Number.isNaN(passed)) return iso
  for (const [unit, length] of units) {
    const count = Math.floor(passed / length)
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`
  }
  return 'just now'
}

/** "4:32", "1:04:32"; never below zero. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const two = (n: number): string => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** "12 minutes", for words rather than figures. */
export function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`
  if (seconds % 60 === 0) return `${seconds / 60} min`
  return `${seconds} s`
}

/** The server's time, again every `everyMs`; with 0 it stands still. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    if (everyMs === 0) return undefined
    setNow(serverNow())
    const timer = setInterval(() => setNow(serverNow()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

export function When({ at }: { at: string }) {
  return <time dateTime={at} title={at}>{moment(at)}</time>
}

/** "for 6 minutes": how long something has lasted. */
export function For({ since }: { since: string }) {
  const lasted = ago(since, useNow(30_000))
  return <time dateTime={since} title={moment(since)}>{lasted === 'just now' ? 'since just now' : `for ${lasted.replace(/ ago$/u, '')}`}</time>
}

export function Ago({ at }: { at: string }) {
  const now = useNow(30_000)
  return <time dateTime={at} title={moment(at)}>{ago(at, now)}</time>
}
