// Everything is read back in several ranges at once; together they are all that the target holds.
import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import type { RestoreOptionsInput } from '../../../lib/job/restore/options.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../lib/store/store.ts'
import { archiveOf, idOf, thing } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { sourceOf } from './restored.ts'

const COUNT = 600
const PARTS = { partSize: 4096 } as const

/** A store in which something is changed once all objects are written, before they are read. */
function changedAfterwards(change: (collection: Collection) => Promise<unknown>): Store {
  let written = 0
  return changedStore(openMemory(), (inner) => ({
    write: async (objects, call) => {
      const outcomes = await inner.write(objects, call)
      written += objects.length
      if (written === COUNT) await change(inner)
      return outcomes
    },
  }))
}

const everyId = fc.oneof(
  fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
  fc.uuid(),
  // Beside one that is there, where a range may end.
  fc.integer({ min: 0, max: COUNT - 1 }).map((n) => idOf(n, COUNT).replace('-4000-', '-4001-')),
)

t.test('an object too many or too few is noticed wherever it lies', async (t) => {
  const files = await archiveOf(COUNT, PARTS)
  const workers = fc.integer({ min: 1, max: 8 })
  const restoreInto = async (store: Store, options: RestoreOptionsInput) =>
    restore(await sourceOf(files), store, options).then(
      () => 'done',
      (error: { code: string; message: string }) => `${error.code} ${error.message}`,
    )
  await fc.assert(
    fc.asyncProperty(everyId, workers, async (id, workers) => {
      const more = changedAfterwards((inner) => inner.write([{ ...thing(1, COUNT), id }]))
      return /^ELYSIA_INCOMPLETE .* holds 601 objects, 600 were written/.test(
        await restoreInto(more, { workers }),
      )
    }),
    { numRuns: 8 },
  )
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: COUNT - 1 }), workers, async (n, workers) => {
      const fewer = changedAfterwards((inner) => inner.remove([idOf(n, COUNT)]))
      return /^ELYSIA_INCOMPLETE .* holds 599 objects, 600 were written/.test(
        await restoreInto(fewer, { workers }),
      )
    }),
    { numRuns: 8 },
  )
  t.equal(await restoreInto(openMemory(), { workers: 5 }), 'done')
})

t.test('as many ranges are read at once as there are workers, and no more', async (t) => {
  let [reading, most, isWritten] = [0, 0, false]
  const store = changedStore(openMemory(), (inner) => ({
    write: async (objects, call) => {
      isWritten = true
      return inner.write(objects, call)
    },
    read: (what, range, call) =>
      (async function* () {
        if (!isWritten) return yield* inner.read(what, range, call)
        reading += 1
        most = Math.max(most, reading)
        await wait(20)
        try {
          yield* inner.read(what, range, call)
        } finally {
          reading -= 1
        }
      })(),
  }))
  const report = await restore(await sourceOf(await archiveOf(COUNT, PARTS)), store, { workers: 3 })
  t.match(report, { status: 'done', verification: { count: COUNT, digest_equal: true } })
  t.equal(most, 3)
})
