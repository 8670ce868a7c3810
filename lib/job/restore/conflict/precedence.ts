import type { StoredObject } from '../../../core/object.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import type { Traces } from '../../undo/traces.ts'

/** Decides, right before something of a class that is there is changed, whether it stays as it is. */
export interface Precedence {
  /** True where the object that is there, or that there is none, counts for more than what the source has. */
  ofTarget(one: SplitObject, there: StoredObject | undefined, traces: Traces): boolean
  /** Told of what is the same on both sides. */
  seen?(one: SplitObject): void
  /** True where an object stays that the source does not have. */
  keeps(there: StoredObject): boolean
}
