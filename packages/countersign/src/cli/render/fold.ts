/** Text in lines of at most so many columns. */

/** Broken between words; a word that is longer stays whole. */
export function foldWords(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && Array.from(last).length + 1 + Array.from(word).length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** Paragraphs that are too wide are broken anew; what is indented is an example, or a table, and stays as it is. */
export function foldProse(text: string, width: number): string {
  const done: string[] = []
  let paragraph: string[] = []
  const close = (): void => {
    const fits = paragraph.every((line) => line.length <= width)
    done.push(...(fits ? paragraph : foldWords(paragraph.join(' '), width)))
    paragraph = []
  }
  for (const line of text.split('\n')) {
    if (line !== '' && !line.startsWith(' ')) paragraph.push(line)
    else {
      close()
      done.push(line)
    }
  }
  close()
  return done.join('\n')
}
