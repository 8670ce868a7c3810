import { Duplex } from 'node:stream'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import { hasTenants } from '../../../core/schema.ts'
import type { Stage } from '../../../core/stage.ts'
import { objectPages } from '../../../store/objects.ts'
import { mergeJoin, type Side } from '../../../stream/mergeJoin.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import type { RestoreRun } from '../run.ts'
import type { RestoreSource, SourcePart } from '../source/source.ts'
import { isOnlyChanged } from './resolve.ts'

/**
 * A source with fewer objects than this share of the collection is looked up by id: scanning the collection would take
 * longer.
 */
const LEAST_SHARE = 1 / 4

/** Kinds of sources whose parts are sorted by id. */
const ORDERED: ReadonlySet<RestoreSource['kind']> = new Set(['archive', 'file', 'collection'])

type Pages = readonly StoredObject[]

/**
 * Pages of a part → those of its objects that differ from the collection, found by reading both in parallel in order of
 * id. Each difference is checked again before it is written, so the age of a page does not matter. Undefined if this
 * does not help: objects are then looked up batch by batch. Memory: two pages of each.
 */
export function differingObjects(
  run: RestoreRun,
  part: SourcePart,
  { signal, onUnchanged }: { readonly signal: AbortSignal; onUnchanged(objects: SplitObject[]): void },
): Stage<Pages, Pages> | undefined {
  const { existing, plan, collection, retry } = run
  if (existing === undefined || !isAligned(run, part)) return undefined
  const { traces } = existing
  const projection = { properties: 'all', vectors: true, references: traces.refers } as const
  const range = { ...part.covers, ...(part.tenant !== undefined && { tenant: part.tenant }) }
  const isSame = (one: SplitObject, there: StoredObject) => traces.matches(there, traces.of(one.expected))
  return Duplex.from(async function* (source: AsyncIterable<Pages>) {
    const there = objectPages(collection, range, { projection, retry, signal })
    const pairs = mergeJoin<StoredObject>(source, there, { compare: byId, outOfOrder, signal })
    for await (const page of pairs) {
      const unchanged: SplitObject[] = []
      const due: StoredObject[] = []
      for (const { left, right } of page) {
        if (left === undefined) continue
        const wanted = right && plan.split(left)
        if (wanted !== undefined && isSame(wanted, right!)) unchanged.push(wanted)
        else due.push(left)
      }
      onUnchanged(unchanged)
      if (due.length > 0) yield due
    }
  })
}

/** What an interrupted run wrote counts as written: only the lookup by batch can tell. */
function isAligned({ existing, source, options, plan, progress }: RestoreRun, part: SourcePart): boolean {
  const { strategy, continues, schema } = existing!
  const isCompared = strategy === 'merge' || isOnlyChanged(strategy, options)
  // A single part may hold any id; several parts must each say which.
  const isPlaced = part.covers !== undefined || (source.kind === 'file' && source.parts.length === 1)
  const isOrdered = ORDERED.has(source.kind) && part.mayRepeat !== true && isPlaced
  if (!isCompared || !isOrdered || continues || plan.transforms.expands || source.isSparse?.()) return false
  if (hasTenants(schema) && part.tenant === undefined) return false
  const { there } = progress
  return there === undefined || plan.objects === undefined || plan.objects >= LEAST_SHARE * there
}

function byId({ id }: StoredObject, { id: other }: StoredObject): number {
  return id < other ? -1 : id > other ? 1 : 0
}

function outOfOrder(side: Side, { id }: StoredObject, { id: before }: StoredObject): ElysiaError {
  const where = side === 'left' ? 'the source' : 'the store'
  return new ElysiaError(
    side === 'left' ? 'ELYSIA_DAMAGED' : 'ELYSIA_STORE',
    `${where} gave ${id} after ${before}`,
    {
      hint: 'objects have to be in order of id, each once; leave out --only-changed to restore without comparing',
    },
  )
}
