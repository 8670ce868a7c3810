import { maskSecrets } from '../../../core/secrets.ts'
import { pluralize } from '../../../core/units.ts'
import type { RunEvent } from '../../../run/event/schema.ts'
import type { LogLevel } from './levels.ts'
import type { LogLine } from './line.ts'

/**
 * How many lines of a run are kept, how many of them are the first ones, the most characters of a line, and of all
 * lines.
 */
const LINES = 200
const FIRST = 50
const LINE_CHARACTERS = 600
const CHARACTERS = 64 * 1024

/** The end of what the command says of a call that it repeats: two such lines that differ in it alone are equal. */
const RETRY = /; tries again in [\d.]+ s \(attempt \d+\)$/

/**
 * The log of one try at a run, without secrets: the first 50 lines and the last 150, at most 64 Ki characters together.
 * Equal lines in a row are one, with how often and since when. A line says how many are missing between them.
 */
export class RunLog {
  readonly #first: LogLine[] = []
  readonly #last: LogLine[] = []
  #characters = 0
  #leftOut = 0
  #leftOutAt = ''
  #phase = ''
  #isNew = false

  /** The whole log, if it has grown since it was written. */
  get unwritten(): LogLine[] | undefined {
    return this.#isNew ? this.#lines() : undefined
  }

  noteWritten(): void {
    this.#isNew = false
  }

  /** Splits a text of several lines into lines. */
  add(level: LogLevel, text: string, at = new Date().toISOString()): void {
    for (const one of maskSecrets(text).split('\n')) this.#add({ at, level, text: cut(one) })
  }

  /** Adds a short line for an event that no message reports. */
  addEvent(event: RunEvent): void {
    if (event.type === 'run_started') this.add('event', event.continues === true ? 'begun again' : 'begun')
    else if (event.type === 'run_ended') this.add('event', `ended: ${event.status}`)
    else if (event.type === 'progress' && event.phase !== undefined && event.phase !== this.#phase) {
      this.#phase = event.phase
      this.add('event', event.phase)
    }
  }

  #lines(): LogLine[] {
    if (this.#leftOut === 0) return [...this.#first, ...this.#last]
    const text = `… ${pluralize(this.#leftOut, 'line')} left out …`
    return [...this.#first, { at: this.#leftOutAt, level: 'event', text }, ...this.#last]
  }

  #add(line: LogLine): void {
    this.#isNew = true
    if (this.#addAgain(line)) return
    this.#characters += line.text.length
    const lines = this.#first.length < FIRST && this.#leftOut === 0 ? this.#first : this.#last
    lines.push(line)
    while (this.#first.length + this.#last.length > LINES || this.#characters > CHARACTERS) this.#leaveOut()
  }

  /** True if the line is as the one before it, which then counts both and keeps the newer text. */
  #addAgain({ at, level, text }: LogLine): boolean {
    const lines = this.#last.length > 0 ? this.#last : this.#first
    const before = lines.at(-1)
    // After a gap the line before it is not its neighbor.
    const isNext = this.#last.length > 0 || this.#leftOut === 0
    if (before === undefined || !isNext || before.level !== level || keyOf(before.text) !== keyOf(text))
      return false
    const { times = 1, since = before.at } = before
    this.#characters += text.length - before.text.length
    lines[lines.length - 1] = { at, level, text, times: times + 1, since }
    return true
  }

  #leaveOut(): void {
    const gone = (this.#last.length > 0 ? this.#last : this.#first).shift()!
    this.#characters -= gone.text.length
    this.#leftOut += gone.times ?? 1
    this.#leftOutAt = gone.at
  }
}

function keyOf(text: string): string {
  return text.replace(RETRY, '')
}

function cut(text: string): string {
  return text.length > LINE_CHARACTERS ? `${text.slice(0, LINE_CHARACTERS)}…` : text
}
