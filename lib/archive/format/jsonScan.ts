import { Assembler } from 'stream-json/assembler.js'
import { jsonParser, type Token } from 'stream-json/core/parser.js'
import { type JsonBounds, MAX_JSON_DEPTH, MAX_JSON_NODES } from '../../core/boundedJson.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { exactNumber } from '../../core/exactJson.ts'
import { ByteQueue } from '../../stream/bytes/byteQueue.ts'

/**
 * Bytes parsed at once; their tokens are in memory together, at some hundred bytes each. Smaller pieces slow down
 * long texts, because the parser takes a slower path for a text that crosses the end of a piece.
 */
const PIECE_BYTES = 64 * 1024

const BOUNDS: JsonBounds = { depth: MAX_JSON_DEPTH, nodes: MAX_JSON_NODES }

/** Assembles whole numbers as they are written. */
class ExactAssembler extends Assembler {
  override numberValue(text: string): void {
    // The only method that takes a value as it is.
    this.stringValue(exactNumber(text, Number.parseFloat(text)) as unknown as string)
  }
}

/** How a top-level value of a document is read: as one value, item by item, or not at all. */
export type ReadMode = 'whole' | 'items' | 'skip'

/** A value that was taken: with its key if the top level is an object; an array's item has none. */
export interface ScannedValue {
  readonly key?: string
  readonly value: unknown
}

/**
 * Reads one JSON document of any size, in pieces: a top-level object by its keys, as `take` decides for each; an
 * array item by item. What it yields equals the result of parseExact: a `__proto__` is an own property, and of
 * duplicate keys the last counts (at the top level each is yielded). Values come at the end of each piece: some at a
 * time, often none.
 * Memory: the tokens and values of 64 KiB, or the current value if that is larger.
 * Errors: ELYSIA_DAMAGED, with the offset of the piece, if the document is not JSON, ends early, is not UTF-8, is
 * neither object nor array, nests deeper than `bounds` allow, or holds a value with more nodes; the bounds are those
 * of `parseBounded`.
 */
export class JsonScan {
  readonly #take: (key: string) => ReadMode
  readonly #bounds: Pick<JsonBounds, 'depth' | 'nodes'>
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true })
  readonly #parse = jsonParser({ streamValues: false })
  readonly #value = new ExactAssembler()
  readonly #input = new ByteQueue()
  readonly #piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
  #offset = 0
  /** Containers open around the next token, without those of a value being assembled. */
  #depth = 0
  /** Containers open in the current value, and its keys, objects and arrays so far. */
  #levels = 0
  #nodes = 0
  #root: 'object' | 'array' | undefined
  #key: string | undefined
  #mode: ReadMode = 'whole'
  #taken: ScannedValue[] = []

  constructor(take: (key: string) => ReadMode = () => 'whole', bounds = BOUNDS) {
    this.#take = take
    this.#bounds = bounds
  }

  /** Yields the values of each piece that this chunk completes. */
  *push(chunk: Buffer): Generator<readonly ScannedValue[]> {
    this.#input.push(chunk)
    while (this.#input.length >= PIECE_BYTES) yield this.#next(PIECE_BYTES)
  }

  /** Yields the remaining values. */
  *end(): Generator<readonly ScannedValue[]> {
    if (this.#input.length > 0) yield this.#next(this.#input.length)
    if (this.#root === undefined || this.#depth > 0) throw this.#damaged('it is cut short')
  }

  #next(bytes: number): readonly ScannedValue[] {
    const piece = this.#piece.subarray(0, bytes)
    this.#input.fill(piece, 0)
    for (const token of this.#tokens(piece)) this.#consume(token)
    const { depth, nodes } = this.#bounds
    if (this.#depth + this.#levels > depth) throw this.#damaged(`it nests deeper than ${depth} levels`)
    if (this.#nodes > nodes) throw this.#damaged('a value has too many keys, objects and arrays')
    this.#offset += bytes
    const taken = this.#taken
    this.#taken = []
    return taken
  }

  #tokens(piece: Buffer): readonly Token[] {
    try {
      const tokens = this.#parse(this.#utf8.decode(piece, { stream: true }))
      return typeof tokens === 'object' && 'values' in tokens ? (tokens.values as readonly Token[]) : []
    } catch (thrown) {
      throw this.#damaged(messageOf(thrown), thrown)
    }
  }

  #consume(token: Token): void {
    if (!this.#value.done) this.#assemble(token)
    else if (this.#depth === 0) this.#open(token)
    else if (this.#depth === 1) this.#atTop(token)
    else if (this.#mode === 'items' && this.#depth === 2 && !isEnd(token)) this.#assemble(token)
    else this.#depth += isStart(token) ? 1 : isEnd(token) ? -1 : 0
  }

  #open({ name }: Token): void {
    if (name !== 'startObject' && name !== 'startArray') throw this.#damaged('it is neither object nor array')
    this.#root = name === 'startObject' ? 'object' : 'array'
    this.#depth = 1
  }

  #atTop(token: Token): void {
    if (token.name === 'keyValue') {
      this.#key = token.value
      this.#mode = this.#take(token.value)
    } else if (isEnd(token)) this.#depth = 0
    else if (this.#mode === 'whole') this.#assemble(token)
    else if (this.#mode === 'items' && token.name !== 'startArray')
      throw this.#damaged(`${this.#key} is not a list`)
    else if (isStart(token)) this.#depth = 2
  }

  #assemble(token: Token): void {
    this.#value.consume(token)
    if (isStart(token)) this.#levels += 1
    else if (isEnd(token)) this.#levels -= 1
    if (isStart(token) || token.name === 'keyValue') this.#nodes += 1
    if (!this.#value.done || token.name === 'keyValue') return
    this.#nodes = 0
    const value: unknown = this.#value.current
    this.#taken.push(this.#key === undefined ? { value } : { key: this.#key, value })
  }

  #damaged(fact: string, cause?: unknown): ElysiaError {
    return new ElysiaError(
      'ELYSIA_DAMAGED',
      `the JSON document is damaged behind byte ${this.#offset}: ${fact}`,
      {
        cause,
      },
    )
  }
}

function isStart({ name }: Token): boolean {
  return name === 'startObject' || name === 'startArray'
}

function isEnd({ name }: Token): boolean {
  return name === 'endObject' || name === 'endArray'
}
