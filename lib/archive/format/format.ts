import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Stage } from '../../core/stage.ts'
import type { Tally } from '../object/tally.ts'

/** What an encoder or decoder must know about the objects. */
export interface Content {
  readonly schema: CollectionSchema
  /** How JSON formats write vectors: base64 of little-endian float32, or numbers for a person to read. */
  readonly vectors: 'base64' | 'numbers'
  /** The tenant that all objects belong to; a decoder gives it to each. */
  readonly tenant?: string
  /** True where another program than ours wrote: JSON may be spelled otherwise, digests are made of the objects. */
  readonly foreign?: boolean
}

/** The limits that a manifest declares for a part. */
export interface Declared {
  readonly objects: number
  /** Before compression; undefined where it says nothing of that. */
  readonly rawBytes: number | undefined
}

/** A stage that turns pages into bytes. */
export interface Encoder extends Stage<readonly StoredObject[], Buffer> {
  /** Bytes before compression, for a format that compresses itself; known at the end. */
  readonly rawBytes?: number | undefined
}

/**
 * A file format for objects. Every one passes test/contract/format.ts.
 *
 * Pages are arrays of StoredObject in order of id; a page's bounds mean nothing. What was encoded decodes to
 * equal objects: properties (nulls absent), vectors bit for bit, times.
 * @see docs/archives.md
 */
export interface Format {
  readonly name: FormatName
  /** With its dot, before that of a compression: `.jsonl`. */
  readonly extension: string
  /** True where the format compresses its own pages, so that no compression goes around it. */
  readonly compressesItself: boolean
  /** Pages → bytes of one part, each object added to the tally. Memory: a page, or what the member says. */
  encode(content: Content, tally?: Tally): Encoder
  /**
   * Bytes of one part → pages, each object added to the tally; it gives none of more than is declared.
   * Memory: a page, or what the member says. Errors: ELYSIA_DAMAGED for bytes that no encoder made.
   */
  decode(content: Content, tally?: Tally, declared?: Declared): Stage<Buffer, StoredObject[]>
}

export type FormatName = 'jsonl' | 'json' | 'parquet'
