import { isUtf8 } from 'node:buffer'
import { Transform } from 'node:stream'
import { ElysiaError } from '../../core/errors.ts'
import { exactJson } from '../../core/exactJson.ts'
import type { Line } from '../../core/line.ts'
import type { Json } from '../../core/object.ts'
import type { Stage } from '../../core/stage.ts'
import { JsonScan, type ScannedValue } from '../format/jsonScan.ts'

const MIB = 1024 * 1024
/** The largest object that is read as one value. */
const MOST_BYTES = 64 * MIB

/** A JSON document: a list of records, or one object on many lines. */
export type DocumentKind = 'list' | 'object'

/** The kind of document that these first bytes begin; undefined for JSON lines. */
export function documentKind(head: Buffer): DocumentKind | undefined {
  const text = head.toString().replace(/^\ufeff/, '')
  if (/^\s*\[\s*(\{|\]|$)/.test(text)) return 'list'
  const [first = ''] = text.trimStart().split('\n')
  return /^\{\s*("[^"]*"\s*:\s*[[{]?\s*)?$/.test(first.trimEnd()) && text.includes('\n')
    ? 'object'
    : undefined
}

/**
 * A JSON document → `Line`s, each one JSON value: the items of a list, or a whole object. They are numbered by item.
 * Memory: an item; for an object all of it, at most 64 MiB.
 * Errors: ELYSIA_DAMAGED for invalid JSON, ELYSIA_INPUT for a larger object.
 */
export function documentLines(kind: DocumentKind): Stage<Buffer, Line> {
  return kind === 'list' ? new Items() : new Whole()
}

class Items extends Transform {
  readonly #scan = new JsonScan()
  #items = 0

  constructor() {
    super({ readableObjectMode: true, readableHighWaterMark: 1 })
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#emit(this.#scan.push(chunk), done)
  }

  override _flush(done: (error?: Error) => void): void {
    this.#emit(this.#scan.end(), done)
  }

  #emit(all: Iterable<readonly ScannedValue[]>, done: (error?: Error) => void): void {
    try {
      for (const some of all) {
        for (const { value } of some) {
          this.#items += 1
          this.push({ line: this.#items, end: this.#items, text: exactJson(value as Json) })
        }
      }
      done()
    } catch (thrown) {
      done(thrown as Error)
    }
  }
}

class Whole extends Transform {
  readonly #chunks: Buffer[] = []
  #bytes = 0

  constructor() {
    super({ readableObjectMode: true, readableHighWaterMark: 1 })
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#bytes += chunk.length
    if (this.#bytes > MOST_BYTES) {
      done(tooLarge())
      return
    }
    this.#chunks.push(chunk)
    done()
  }

  override _flush(done: (error: Error | null, line?: Line) => void): void {
    const bytes = Buffer.concat(this.#chunks)
    if (!isUtf8(bytes)) done(new ElysiaError('ELYSIA_INPUT', 'the JSON document is not UTF-8'))
    else done(null, { line: 1, end: bytes.length, text: bytes.toString().replace(/^\ufeff/, '') })
  }
}

function tooLarge(): ElysiaError {
  return new ElysiaError(
    'ELYSIA_INPUT',
    `a JSON object of more than ${MOST_BYTES / MIB} MiB is too large for a line`,
    {
      hint: 'write its records one a line, as `jq -c` does, or as a list',
    },
  )
}
