import type { ObjectDraft, StoredObject } from '../core/object.ts'
import type { CollectionSchema } from '../core/schema.ts'
import type { SchemaPatch } from './schema/patch.ts'

/**
 * One change of objects and of their class, as a factory makes it. It knows no class: `bind` fits it to one, so that the
 * same transform serves several collections.
 */
export interface Transform {
  /**
   * What rejects, reports and manifests call it: `map title=headline`, `script fix.mjs`. Two of one name and `sha256` do
   * the same.
   */
  readonly name: string
  /** Of one that comes from a file, or has a key: what tells it from another of the same name (SHA-256, hex). */
  readonly sha256?: string
  /** Of a script: its text, for manifest and report. */
  readonly text?: string
  /** True where it may leave objects out, which then count as filtered. */
  readonly filters?: boolean
  /** True where it may make several objects of one, with ids of their own. */
  readonly expands?: boolean
  /**
   * Fits it to the class of the objects that come in. It does not change that class.
   * @throws ElysiaError ELYSIA_USAGE, or ELYSIA_CONFLICT, where it does not fit, before the first object
   */
  bind(before: CollectionSchema): BoundTransform
}

/** A transform of objects of one class. Objects that it is given it does not change. */
export interface BoundTransform {
  /** The class of the objects that come out. */
  readonly schema: CollectionSchema
  /** The properties that come in and whose names or values it may change; undefined: any of them. */
  readonly touches: ReadonlySet<string> | undefined
  /** What it changed of the class, where that is to be said setting by setting. */
  readonly patches?: readonly SchemaPatch[]
  /** A page → what became of each of its objects, in their order. Memory: a page. */
  objects(page: readonly StoredObject[], call?: TransformCall): TransformedPage | Promise<TransformedPage>
  /** The same for one object, where that is all that it looks at: several in a row then copy an object once. */
  readonly change?: ChangeObject
  close?(): Promise<void>
}

export interface TransformCall {
  readonly signal?: AbortSignal
  /** The object that one of the page was before the first transform; itself where it came in so. */
  readonly origin?: (object: StoredObject) => StoredObject
}

/** What became of a page: objects read + added = objects + rejects + filtered. */
export interface TransformedPage {
  readonly objects: readonly StoredObject[]
  readonly rejects: readonly TransformReject[]
  readonly filtered: number
  /** Objects beyond those that came in. */
  readonly added?: number
}

/** An object that a transform refused: it goes no further, and stands in the rejects as it came into the pipeline. */
export interface TransformReject {
  readonly object: StoredObject
  readonly code: 'transform_failed'
  /** The name of the transform. */
  readonly stage: string
  /** Why, with the stage in front. */
  readonly reason: string
}

/**
 * Changes a draft in place: its fields and its properties are its own, the values of these are not, and are replaced. A
 * property that is made undefined is gone.
 * Answers what becomes of it.
 */
export type ChangeObject = (draft: ObjectDraft) => 'kept' | 'filtered' | Refusal

/** Why a transform refuses an object. */
export class Refusal {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

/** The reject of an object. */
export function transformReject(stage: string, object: StoredObject, reason: string): TransformReject {
  return { object, code: 'transform_failed', stage, reason: `${stage}: ${reason}` }
}
