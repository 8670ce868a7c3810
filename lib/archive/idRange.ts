import type { IdRange } from './manifest.ts'
import type { ObjectRange } from './object/source.ts'

/** Converts the range of a manifest, or of one of its parts, into the range of an object source. */
export function rangeOf({ tenant, after, up_to }: IdRange): ObjectRange {
  return {
    ...(tenant !== undefined && { tenant }),
    ...(after !== undefined && { after }),
    ...(up_to !== undefined && { upTo: up_to }),
  }
}
