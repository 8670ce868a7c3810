import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Stage } from '../../core/stage.ts'
import type { Tally } from '../object/tally.ts'

/** What an encoder or decoder must know about the objects. */
export interface Content {
  readonly schema: CollectionSchema
  /** How JSON formats write vectors: base64 of little-endian float32, or numbers for a person to read. */
  readonly vectors: 'base64' | 'numbers'
  /** The tenant that all objects belong to; a decoder sets it on each. */
  readonly tenant?: string
  /**
   * True if another program wrote the objects: its JSON may be spelled differently, so digests are calculated from
   * the objects.
   */
  readonly foreign?: boolean
}

/** The limits that a manifest declares for a part. */
export interface DeclaredLimits {
  readonly objects: number
  /** Before compression; undefined if the manifest does not say. */
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
  /** With its dot, before a compression's extension: `.jsonl`. */
  readonly extension: string
  /** True if the format compresses its own pages, so no compression is added. */
  readonly compressesItself: boolean
  /** Pages → bytes of one part; adds each object to the tally. Memory: a page, unless the format says otherwise. */
  encode(content: Content, tally?: Tally): Encoder
  /**
   * Bytes of one part → pages; adds each object to the tally, and never returns more than was declared.
   * Memory: a page, unless the format says otherwise. Errors: ELYSIA_DAMAGED for bytes that no encoder wrote.
   */
  decode(content: Content, tally?: Tally, declared?: DeclaredLimits): Stage<Buffer, StoredObject[]>
}

/** The name of a format, as `--format` takes it and the manifest records it. */
export type FormatName = 'jsonl' | 'json' | 'parquet'
