import { jsonLength } from '../../../core/memory/objectSize.ts'
import type { Json, JsonObject } from '../../../core/object.ts'

/** How many of the first lines decide the form of all. */
const MOST_LINES = 100
/** How much of them is kept, the same under any limit: a limit must not change what is made of the data. */
const MOST_BYTES = 16 * 1024 * 1024
/**
 * How many characters of a text are kept. In base64 these are 198 bytes, so that a byte vector of MongoDB, whose
 * length is two more than a multiple of four, still is one.
 */
const TEXT_LENGTH = 264

/**
 * The first lines of a source, which decide what the rest is read as: up to 100, with long texts cut, because fields
 * and vectors decide and not what texts say. Memory: about 16 MiB, and a line.
 */
export class Sample {
  readonly lines: JsonObject[] = []
  #bytes = 0

  get isFull(): boolean {
    return this.lines.length === MOST_LINES || this.#bytes >= MOST_BYTES
  }

  add(line: JsonObject): void {
    const cut = shortened(line) as JsonObject
    this.lines.push(cut)
    this.#bytes += jsonLength(cut)
  }
}

function shortened(value: Json): Json {
  if (typeof value === 'string') return value.length > TEXT_LENGTH ? cutCopy(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(shortened)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner)]))
}

/** The beginning of a text as a copy: a slice would keep the whole text in memory. */
function cutCopy(text: string): string {
  return Buffer.from(text.slice(0, TEXT_LENGTH), 'utf16le').toString('utf16le')
}
