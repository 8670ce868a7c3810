import type { Json, JsonObject } from '../../../core/object.ts'
import type { Changes } from '../changes.ts'

/** The forms of lines that are known, in the order in which they are tried; `flat` is never found, only said. */
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

export type ShapeName = (typeof SHAPE_NAMES)[number]

/** What a record says of its object, in its own words. */
export interface Draft {
  readonly id?: Json | undefined
  readonly properties: JsonObject
  readonly vector?: Json | undefined
  readonly vectors?: JsonObject | undefined
  readonly tenant?: Json | undefined
  readonly class?: Json | undefined
  /** When it was made and changed: milliseconds, or RFC 3339. */
  readonly created?: Json | undefined
  readonly updated?: Json | undefined
}

/** Reads the records of one source, all in the same way. */
export interface RecordReader {
  /** @throws PlainFault for a record that is none */
  read(record: JsonObject): Draft
  /** The fields that vectors are taken from, as a person is told: `FIELD`, or `NAME=FIELD`. */
  readonly vectors: readonly string[]
  /** The field that ids come from, where its name is that of this source alone. */
  readonly id?: string | undefined
}

/** The lines of another store or tool. @see docs/from-other-stores.md */
export interface Shape {
  readonly name: ShapeName
  /** The field that ids come from, as a person is told. */
  readonly id: string
  /** True where a line looks like it. */
  matches(line: JsonObject): boolean
  /** Begins a reading: what it returns gives the records of each line, in order; a line may hold many, or none. */
  records(): (line: JsonObject) => readonly JsonObject[]
  /** `sample` are some of the first records, by which that is decided which differs between sources. */
  reader(sample: readonly JsonObject[], changes: Changes): RecordReader
}

/** Of lines that are a record each. */
export const lineByLine: Shape['records'] = () => (line) => [line]
