/**
 * Finds the secrets of a state, one instance or output after another: where they are, for people, and what they are, to find them
 * again wherever they recur. The first never holds the second; the second never leaves the function that asked.
 */
import type { Json } from '../../plan/index.ts'
import { isBigNumber } from '../../plan/redact/marks.ts'
import { isEmpty } from '../read/digest.ts'
import type { SecretFinding, SecretWhy } from '../shape.ts'
import { below, knownSecrets, marksAll, readMarks } from './attributes.ts'
import type { Known, Marks } from './attributes.ts'
import { isDynamic } from './dynamic.ts'
import { judgeString } from './judge.ts'
import { generalAdvice, outputAdvice } from './table.ts'

/** The most findings that are listed; further ones are counted. */
export const maxFindings = 200

/** Keys that are names rather than data. */
const schemaWord = /^[a-z]+(?:_[a-z]+)*$/

export class SecretScan {
  readonly findings: SecretFinding[] = []
  omitted = 0
  /** Every value that was found, and every key that is data below one. */
  readonly strings = new Set<string>()
  readonly numbers = new Set<number>()
  #address = ''
  #advice = generalAdvice
  readonly #path: (string | number)[] = []

  /** The attributes of an instance; `paths` is its `sensitive_attributes`. */
  instance(address: string, type: string, mode: 'managed' | 'data', attributes: Json | undefined, paths: Json | undefined): void {
    this.#begin(address, generalAdvice)
    if (attributes !== undefined) this.#visit(attributes, '', knownSecrets(type, mode), readMarks(paths))
  }

  output(name: string, value: Json | undefined, sensitive: boolean): void {
    this.#begin(`output.${name}`, outputAdvice)
    if (value !== undefined) this.#visit(value, name, undefined, sensitive ? true : undefined)
  }

  #begin(address: string, advice: string): void {
    this.#address = address
    this.#advice = advice
    this.#path.length = 0
  }

  #visit(value: Json, name: string, known: Known | undefined, marks: Marks | undefined): void {
    if (value === null || typeof value === 'boolean') return
    if (known?.secret !== undefined) return this.#found(value, 'type', known.secret.kind, known.secret.advice)
    if (marks !== undefined && marksAll(marks, value)) return this.#found(value, 'sensitive', 'value marked sensitive', this.#advice)
    if (typeof value === 'number') return
    if (typeof value === 'string') {
      const judgement = judgeString(value, name)
      if (judgement !== undefined) this.#found(value, judgement.why, judgement.kind, this.#advice)
      return
    }
    const inner = marks === true ? undefined : marks
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        const item = value[i]
        if (item === undefined || item === null) continue
        this.#path.push(i)
        this.#visit(item, name, below(known, String(i)), inner?.get(String(i)))
        this.#path.pop()
      }
      return
    }
    if (isDynamic(value, marks)) return this.#visit(value.value, name, known, marks)
    for (const key in value) {
      const item = value[key]
      if (item === undefined || item === null) continue
      this.#path.push(key)
      this.#visit(item, key, below(known, key), inner?.get(key))
      this.#path.pop()
    }
  }

  #found(value: Json, why: SecretWhy, kind: string, advice: string): void {
    if (isEmpty(value) || value === '') return
    this.#take(value, why === 'sensitive')
    if (this.findings.length >= maxFindings) this.omitted++
    else this.findings.push({ address: this.#address, path: showPath(this.#path), why, kind, advice })
  }

  /** `keys`: those of maps are data as well. Where only we know that a map holds secrets, its keys are names. */
  #take(value: Json, keys: boolean): void {
    if (typeof value === 'string') this.strings.add(value)
    else if (typeof value === 'number') this.numbers.add(value)
    else if (Array.isArray(value)) for (const item of value) this.#take(item, keys)
    else if (typeof value === 'object' && value !== null) {
      if (isBigNumber(value)) {
        this.strings.add(value.$number)
        return
      }
      if (isDynamic(value)) return this.#take(value.value, keys)
      for (const [key, item] of Object.entries(value)) {
        if (keys && !schemaWord.test(key)) this.strings.add(key)
        this.#take(item, keys)
      }
    }
  }
}

const word = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u

function showPath(path: readonly (string | number)[]): string {
  let out = ''
  for (const step of path) {
    if (typeof step === 'number') out += `[${step}]`
    else if (word.test(step)) out += out === '' ? step : `.${step}`
    else out += `[${JSON.stringify(step)}]`
  }
  return out
}
