import { ElysiaError } from '../../core/errors.ts'
import { exactJson } from '../../core/exactJson.ts'
import type { Json, JsonObject, StoredObject } from '../../core/object.ts'
import { Reject } from '../../core/reject.ts'
import { isRecord } from '../../core/value/record.ts'
import { FlatMapTransform } from '../../stream/flatMap.ts'
import { JsonScan, type ReadMode, type ScannedValue } from '../format/jsonScan.ts'
import { plainObjectOf } from './plainObject.ts'

/** Notices about a document: what its content contradicts, or what is unknown. */
export type DocumentNotice =
  | { readonly type: 'document_version'; readonly version?: Json; readonly read_as: string }
  | { readonly type: 'document_count'; readonly declared: number; readonly objects: number }

/** What a document states before its objects can be used. */
export interface DocumentHead {
  readonly metadata: JsonObject
  readonly schema: unknown
}

/**
 * Bytes of a document of the original → pages of its objects. Emits `head` once, when metadata and schema are known.
 * Skips objects that come before them, and sets `objectsCameFirst`; a decoder that is given the head from the start
 * skips nothing. Objects that cannot be restored go to `onReject`, if given, with their number in place of a line.
 * Errors: ELYSIA_DAMAGED.
 */
export class DocumentDecoder extends FlatMapTransform<Buffer, StoredObject[]> {
  objectsCameFirst = false
  readonly #onNotice: (notice: DocumentNotice) => void
  readonly #onReject: ((reject: Reject) => void) | undefined
  readonly #scan = new JsonScan((key) => this.#take(key))
  readonly #seen = new Set<string>()
  readonly #sections: { metadata?: unknown; schema?: unknown } = {}
  #head: DocumentHead | undefined
  #objects = 0

  constructor(
    onNotice: (notice: DocumentNotice) => void,
    head?: DocumentHead,
    onReject?: (reject: Reject) => void,
  ) {
    super({ readableObjectMode: true, readableHighWaterMark: 1 })
    this.#onNotice = onNotice
    this.#onReject = onReject
    this.#head = head
  }

  get head(): DocumentHead | undefined {
    return this.#head
  }

  protected override expand(chunk: Buffer): Generator<StoredObject[]> {
    return this.#pages(this.#scan.push(chunk))
  }

  protected override *rest(): Generator<StoredObject[]> {
    yield* this.#pages(this.#scan.end())
    for (const name of ['metadata', 'schema']) if (!this.#seen.has(name)) throw missing(name)
    if (!this.#seen.has('objects') && !this.#isSchemaOnly()) throw missing('objects')
    if (!this.objectsCameFirst) this.#compareCounts()
  }

  #take(key: string): ReadMode {
    this.#seen.add(key)
    if (key === 'metadata' || key === 'schema') return this.#head === undefined ? 'whole' : 'skip'
    if (key !== 'objects') return 'skip'
    // All sections that began before this one are complete by now.
    if (this.#head !== undefined || (this.#seen.has('metadata') && this.#seen.has('schema'))) return 'items'
    this.objectsCameFirst = true
    return 'skip'
  }

  /** One page for each piece of the document. */
  *#pages(pieces: Generator<readonly ScannedValue[]>): Generator<StoredObject[]> {
    for (const values of pieces) {
      const page: StoredObject[] = []
      for (const { key, value } of values) {
        const object = key === 'objects' ? this.#object(value) : this.#keep(key, value)
        if (object !== undefined) page.push(object)
      }
      if (page.length > 0) yield page
    }
  }

  #keep(key: string | undefined, value: unknown): undefined {
    if (key === undefined) throw damaged('is a list, not an object with metadata, schema and objects')
    this.#sections[key as 'metadata' | 'schema'] = value
    const { metadata, schema } = this.#sections
    if (metadata === undefined || schema === undefined || this.#head !== undefined) return
    if (!isRecord(metadata)) throw damaged('has metadata that are not an object')
    this.#head = { metadata: metadata as JsonObject, schema }
    this.emit('head', this.#head)
  }

  #object(value: unknown): StoredObject | undefined {
    this.#objects += 1
    try {
      if (!isRecord(value)) throw new Error('it is not a JSON object')
      return plainObjectOf(value as JsonObject).object
    } catch (thrown) {
      const reason = (thrown as Error).message
      if (this.#onReject === undefined)
        throw damaged(`has a damaged object, number ${this.#objects}: ${reason}`, thrown)
      const at = { line: this.#objects, end: 0, ...textOf(value as Json) }
      this.#onReject(new Reject(at, 'invalid_value', `object number ${this.#objects}: ${reason}`))
      return undefined
    }
  }

  #isSchemaOnly(): boolean {
    return this.#head?.metadata.type === 'schema-only'
  }

  #compareCounts(): void {
    const count = this.#head?.metadata.object_count
    if (typeof count !== 'number' || count === this.#objects || this.#isSchemaOnly()) return
    this.#onNotice({ type: 'document_count', declared: count, objects: this.#objects })
  }
}

/** The JSON of a value; empty if it nests deeper than JSON.stringify allows. */
function textOf(value: Json): { readonly text?: string } {
  try {
    return { text: exactJson(value) }
  } catch {
    return {}
  }
}

function missing(section: string): ElysiaError {
  return damaged(`has no section ${section}`)
}

function damaged(fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `the document ${fact}`, { cause })
}
