import type { IdRange } from './manifest.ts'
import type { ObjectRange } from './object/source.ts'

/** A range of a manifest, or what one of its parts covers, as sources of objects know it. */
export function rangeOf({ tenant, after, up_to }: IdRange): ObjectRange {
  return {
    ...(tenant !== undefined && { tenant }),
    ...(after !== undefined && { after }),
    ...(up_to !== undefined && { upTo: up_to }),
  }
}
