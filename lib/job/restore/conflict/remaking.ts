import { failpoint } from '../../../core/failpoint.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { RetryingCollection } from '../../../store/sink/retryingCollection.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import type { Traces } from '../../undo/traces.ts'
import type { RemadeObjects } from '../vectors/remade.ts'

/** The objects of a batch whose vectors an interrupted run had made again, and that nobody has changed since. */
export function alreadyRemade(
  due: readonly SplitObject[],
  there: ReadonlyMap<string, StoredObject>,
  traces: Traces,
  remade: Pick<RemadeObjects, 'has'> | undefined,
): ReadonlySet<SplitObject> {
  return new Set(
    due.filter((one) => {
      const found = there.get(one.object.id)
      if (found === undefined || remade?.has(one.object) !== true) return false
      return traces.matches(found, traces.of(one.expected), { partlyLinked: true })
    }),
  )
}

/**
 * Removes the existing objects of a batch, so that the store makes their vectors again when they are sent. Those of
 * `finished` stay: they count as written.
 */
export async function remaking(
  due: readonly SplitObject[],
  there: ReadonlyMap<string, StoredObject>,
  finished: ReadonlySet<SplitObject>,
  calls: Pick<RetryingCollection, 'remove'>,
  remade: Pick<RemadeObjects, 'add'> | undefined,
) {
  const objects = due.filter((one) => !finished.has(one)).map(({ object }) => object)
  return {
    removed: await remove(objects, there, calls),
    send: async (sending: RetryingCollection): Promise<ReadonlyMap<string, string>> => {
      if (objects.length === 0) return new Map()
      const refused = await sending.write(objects)
      await remade?.add(objects.filter(({ id }) => !refused.has(id)))
      failpoint('restore.remade')
      return refused
    },
  }
}

/** Removes objects that were saved before. An object that cannot be removed stays, and the new one replaces it. */
async function remove(
  due: readonly StoredObject[],
  there: ReadonlyMap<string, StoredObject>,
  calls: Pick<RetryingCollection, 'remove'>,
): Promise<ReadonlyMap<string, StoredObject>> {
  const found = due.flatMap(({ id }) => there.get(id) ?? [])
  if (found.length > 0) await calls.remove(new Map(found.map(({ id, tenant }) => [id, tenant])))
  failpoint('restore.removed')
  return new Map(found.map((one) => [one.id, one]))
}
