/** Sizes and dates for people. */
const names = ['B', 'kB', 'MB', 'GB']

/** Powers of 1000, with a digit after the point where that says something: `3 B`, `1.2 kB`, `47 MB`. */
export function sizeWords(bytes: number): string {
  let [value, unit] = [bytes, 0]
  while (value >= 999.5 && unit < names.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${names[unit] ?? ''}`
}

/** Local date and time, to the minute: `2026-11-21 15:13`. */
export function dateWords(time: string | number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return '(no date)'
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** `1 resource`, `3 resources`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

/** How long, roughly: `40 s`, `12 min`, `3 h`, `2 days`. */
export function spanWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 90) return `${seconds} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
