import type { StoredObject } from '../../../core/object.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import type { Traces } from '../../undo/traces.ts'

/** Decides, right before something in an existing class is changed, whether it stays as it is. */
export interface Precedence {
  /**
   * True if others write to the class meanwhile: an object is then looked at right before it is changed, and a call
   * that fails is not repeated, since the look would be out of date.
   */
  readonly isCareful?: boolean
  /** How many objects earlier passes have deleted: the limit on deletions holds for all of them together. */
  readonly deletedBefore?: number
  /** True if the state in the target (an object, or its absence) takes precedence over the source. */
  ofTarget(one: SplitObject, there: StoredObject | undefined, traces: Traces): boolean
  /** Called for objects that are equal on both sides. */
  seen?(one: SplitObject): void
  /**
   * True if an object stays although the source does not have it. Without `traces` only the id and the times are known,
   * and false may mean that the content decides.
   */
  keeps(there: StoredObject, traces?: Traces): boolean
  /** True if an object still is what was written: its references may be added. */
  owns?(there: StoredObject, traces: Traces): boolean
  /** Called for objects that the store has taken. */
  written?(objects: readonly StoredObject[]): void
  /** Called for objects of which the store has taken all references. */
  linked?(objects: readonly { readonly id: string; readonly tenant?: string }[]): void
  /** Called for objects that were removed since the source does not have them. */
  removed?(objects: readonly { readonly id: string; readonly tenant?: string }[]): void
  /** Called if some objects were left as they are, since others have changed them meanwhile, or a call failed. */
  postpone?(failure?: unknown): void
}
