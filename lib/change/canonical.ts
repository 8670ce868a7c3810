import type { Json } from '../core/object.ts'

/**
 * How many pieces are joined at once, so that a text of megabytes is in memory twice, not once for each
 * level.
 */
const PIECES = 1024

/**
 * Writes canonical JSON, one text for one value: no spaces, keys sorted by UTF-16 code units, numbers and
 * strings as ECMAScript writes them, a bigint as its digits. Recurses as deep as the value nests. Memory:
 * twice the text.
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalJson(value: Json): string {
  const text = new Pieces()
  write(value, text)
  return text.whole()
}

function write(value: Json, text: Pieces): void {
  if (typeof value === 'bigint') text.add(String(value))
  else if (typeof value !== 'object' || value === null) text.add(JSON.stringify(value))
  else if (Array.isArray(value)) {
    text.add('[')
    for (const [index, item] of value.entries()) {
      if (index > 0) text.add(',')
      write(item, text)
    }
    text.add(']')
  } else {
    text.add('{')
    for (const [index, key] of Object.keys(value).sort().entries()) {
      text.add(index > 0 ? `,${JSON.stringify(key)}:` : `${JSON.stringify(key)}:`)
      write(value[key] as Json, text)
    }
    text.add('}')
  }
}

class Pieces {
  readonly #joined: string[] = []
  #pieces: string[] = []

  add(piece: string): void {
    this.#pieces.push(piece)
    if (this.#pieces.length < PIECES) return
    this.#joined.push(this.#pieces.join(''))
    this.#pieces = []
  }

  whole(): string {
    const last = this.#pieces.join('')
    return this.#joined.length === 0 ? last : [...this.#joined, last].join('')
  }
}
