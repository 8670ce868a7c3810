import type { Json, JsonObject } from '../../../core/object.ts'
import type { ForeignChanges } from '../changes.ts'

/** The known shapes of lines, in the order in which they are tried; `flat` is never detected, only chosen. */
export const SHAPE_NAMES = [
  'weaviate',
  'python-client',
  'ts-client',
  'elasticdump',
  'opensearch',
  'qdrant',
  'pinecone',
  'mongo',
  'langchain',
  'milvus',
  'flat',
] as const

/** The name of a shape, as `--shape` takes it. */
export type ShapeName = (typeof SHAPE_NAMES)[number]

/** What a record states about its object, in the values of its source. */
export interface RawObject {
  readonly id?: Json | undefined
  readonly properties: JsonObject
  readonly vector?: Json | undefined
  readonly vectors?: JsonObject | undefined
  readonly tenant?: Json | undefined
  readonly class?: Json | undefined
  /** Creation and update times: milliseconds, or RFC 3339. */
  readonly created?: Json | undefined
  readonly updated?: Json | undefined
}

/** Reads all records of one source in the same way. */
export interface RecordReader {
  /** @throws PlainFault for an invalid record */
  read(record: JsonObject): RawObject
  /** The fields that vectors are taken from, as shown to a person: `FIELD`, or `NAME=FIELD`. */
  readonly vectors: readonly string[]
  /** The field that ids come from, if its name varies between sources. */
  readonly id?: string | undefined
}

/** The lines of another store or tool. @see docs/from-other-stores.md */
export interface Shape {
  readonly name: ShapeName
  /** The field that ids come from, as shown to a person. */
  readonly id: string
  /** True if a line looks like this shape. */
  matches(line: JsonObject): boolean
  /**
   * Starts reading: the returned function gives the records of each line, in order; a line may hold many, or none.
   */
  records(): (line: JsonObject) => readonly JsonObject[]
  /** `sample` holds some of the first records, which decide what varies between sources. */
  reader(sample: readonly JsonObject[], changes: ForeignChanges): RecordReader
}

/** For shapes with one record per line. */
export const lineByLine: Shape['records'] = () => (line) => [line]
