/** Sizes in words: "812 bytes", "1.4 kB", "23 MB". A kilobyte is 1,000 bytes here, as in the settings of the server. */

const units = ['kB', 'MB', 'GB'] as const

export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  let [size, unit] = [bytes / 1000, 0]
  while (size >= 999.5 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1]
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size).toLocaleString('en')} ${units[unit]}`
}

/** "1 resource", "2,400 resources". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}
