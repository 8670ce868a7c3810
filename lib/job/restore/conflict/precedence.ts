import type { StoredObject } from '../../../core/object.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import type { Traces } from '../../undo/traces.ts'

/** Decides, right before something in an existing class is changed, whether it stays as it is. */
export interface Precedence {
  /** True if the state in the target (an object, or its absence) takes precedence over the source. */
  ofTarget(one: SplitObject, there: StoredObject | undefined, traces: Traces): boolean
  /** Called for objects that are equal on both sides. */
  seen?(one: SplitObject): void
  /** True if an object stays although the source does not have it. */
  keeps(there: StoredObject): boolean
}
