import type { ObjectDraft, StoredObject } from '../core/object.ts'
import type { CollectionSchema } from '../core/schema.ts'
import type { SchemaPatch } from './schema/patch.ts'

/**
 * A change of objects and their class. It is not tied to a class: `bind` fits it to one, so the same transform serves
 * several collections.
 */
export interface Transform {
  /**
   * Its name in rejects, reports and manifests: `map title=headline`, `script fix.mjs`. Two transforms with the same
   * name and `sha256` do the same.
   */
  readonly name: string
  /** For a transform with a file or a key: distinguishes it from others with the same name (SHA-256, hex). */
  readonly sha256?: string
  /** The text of a script, for manifest and report. */
  readonly text?: string
  /** True if it may leave objects out, which then count as filtered. */
  readonly filters?: boolean
  /** True if it may return several objects for one, with their own ids. */
  readonly expands?: boolean
  /**
   * Binds it to the class of its input, which it does not modify.
   * @throws ElysiaError ELYSIA_USAGE, or ELYSIA_CONFLICT, if it does not fit, before the first object
   */
  bind(before: CollectionSchema): BoundTransform
}

/** A transform for objects of one class. It does not modify the objects that it gets. */
export interface BoundTransform {
  /** The class of the resulting objects. */
  readonly schema: CollectionSchema
  /** The properties of its input whose names or values it may change; undefined means any. */
  readonly touches: ReadonlySet<string> | undefined
  /** Its changes to the class, if they are to be reported one by one. */
  readonly patches?: readonly SchemaPatch[]
  /** Transforms a page; the results keep the order of their objects. Memory: a page. */
  objects(page: readonly StoredObject[], call?: TransformCall): TransformedPage | Promise<TransformedPage>
  /** The same for one object, if it looks at one at a time: several such transforms in a row copy an object once. */
  readonly change?: ChangeObject
  close?(): Promise<void>
}

/** Options of one call of a transform. */
export interface TransformCall {
  readonly signal?: AbortSignal
  /** The object as it was before the first transform; the object itself if it is unchanged. */
  readonly origin?: (object: StoredObject) => StoredObject
}

/** The result for a page: objects read + added = objects + rejects + filtered. */
export interface TransformedPage {
  readonly objects: readonly StoredObject[]
  readonly rejects: readonly TransformReject[]
  readonly filtered: number
  /** Additional objects, beyond those that came in. */
  readonly added?: number
}

/** An object that a transform refused. The rejects hold it as it entered the pipeline. */
export interface TransformReject {
  readonly object: StoredObject
  readonly code: 'transform_failed'
  /** The name of the transform. */
  readonly stage: string
  /** The reason, starting with the stage. */
  readonly reason: string
}

/**
 * Changes a draft in place. The draft owns its fields and its list of properties, but not the property values:
 * replace those. A property set to undefined is removed. Returns the outcome.
 */
export type ChangeObject = (draft: ObjectDraft) => 'kept' | 'filtered' | Refusal

/** Why a transform refuses an object. */
export class Refusal {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

/** Makes the reject for an object. */
export function transformReject(stage: string, object: StoredObject, reason: string): TransformReject {
  return { object, code: 'transform_failed', stage, reason: `${stage}: ${reason}` }
}
