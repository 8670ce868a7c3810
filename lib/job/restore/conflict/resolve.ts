import type { Trace, UndoEntry } from '../../../archive/undo/undo.ts'
import { failpoint } from '../../../core/failpoint.ts'
import type { StoredObject } from '../../../core/object.ts'
import { isReference } from '../../../core/schema.ts'
import type { Calls } from '../../../store/sink/retryingCollection.ts'
import type { Projection } from '../../../store/store.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import type { Existing, RestoreRun } from '../run.ts'

/** What is to become of the objects of one batch, all of one tenant. */
export interface Resolved {
  /** To be sent; what was there in their place is kept. */
  readonly due: readonly SplitObject[]
  readonly unchanged: readonly SplitObject[]
  readonly skipped: readonly SplitObject[]
}

/** Decides about a batch, and keeps what it will change: what it resolved with may be sent. */
export type Resolve = (batch: readonly SplitObject[], calls: Calls) => Promise<Resolved>

const BARE: Projection = { properties: [], vectors: false }

/** The decision of a restore into a class that is there; undefined where all is simply written. */
export function resolverFor(run: RestoreRun): Resolve | undefined {
  const { existing, kept } = run
  if (existing === undefined) return undefined
  const decide = deciderFor(run, existing)
  const what = projectionFor(run, existing)
  return async (batch, calls) => {
    const there = what === undefined ? new Map<string, StoredObject>() : await found(batch, calls, what)
    const decided = decide(batch, there)
    if (kept.undo !== undefined) {
      const entries = decided.due.map((one) => entryOf(one, there.get(one.object.id), existing))
      failpoint('restore.before-undo')
      await kept.undo.keep(entries)
      failpoint('restore.undo-kept')
    }
    return decided
  }
}

function found(batch: readonly SplitObject[], calls: Calls, what: Projection) {
  const tenant = batch[0]?.object.tenant
  return calls.find(
    batch.map(({ object }) => object.id),
    what,
    tenant,
  )
}

/** What has to be known of the objects that are there. */
function projectionFor({ kept }: RestoreRun, { strategy, schema }: Existing): Projection | undefined {
  const isWhole = kept.undo !== undefined && (strategy !== 'skip' || kept.undo.continues)
  if (!isWhole) return strategy === 'skip' ? BARE : undefined
  const references = (schema.properties ?? []).some(isReference)
  return { properties: 'all', vectors: true, references, times: true }
}

type Decide = (batch: readonly SplitObject[], there: ReadonlyMap<string, StoredObject>) => Resolved

function deciderFor({ kept }: RestoreRun, { strategy }: Existing): Decide {
  if (strategy === 'overwrite') return (batch) => ({ due: batch, unchanged: [], skipped: [] })
  return (batch, there) => {
    // What an interrupted run has written is there by its own hand.
    const isTheirs = ({ object }: SplitObject) => {
      const one = there.get(object.id)
      return one !== undefined && kept.undo?.isOwn(one) !== true
    }
    return {
      due: batch.filter((one) => !isTheirs(one)),
      unchanged: [],
      skipped: batch.filter(isTheirs),
    }
  }
}

function entryOf(
  { expected }: SplitObject,
  before: StoredObject | undefined,
  { traces }: Existing,
): UndoEntry {
  const { id, tenant } = expected
  const wrote: Trace = traces.of(expected)
  return { id, ...(tenant !== undefined && { tenant }), ...(before !== undefined && { before }), wrote }
}
