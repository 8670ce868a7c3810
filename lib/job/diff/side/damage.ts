import { type OnDamage, tellingDamage, watchedPages } from '../../restore/source/damage.ts'
import type { DiffSide } from './side.ts'

/** An archive as a side of a comparison that reports damage found while it is read. */
export function watchedSide(side: DiffSide, onDamage: OnDamage | undefined): DiffSide {
  if (onDamage === undefined) return side
  const { check } = side
  return {
    ...side,
    ...(check && { check: (signal: AbortSignal) => tellingDamage(() => check(signal), onDamage) }),
    open: async (reading) => {
      const source = await tellingDamage(() => side.open(reading), onDamage)
      return {
        schema: source.schema,
        ranges: source.ranges,
        ...(source.isSequential !== undefined && { isSequential: source.isSequential }),
        pages: (range) => watchedPages(source.pages(range), onDamage),
        close: () => source.close(),
      }
    },
  }
}
