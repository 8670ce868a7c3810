// A disk that cannot hold what an archive says it brings is refused before anything is made.
import t from 'tap'
import { restore } from '../../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { openSqlite } from '../../../../lib/store/sqlite/store.ts'
import { dropProperty } from '../../../../lib/transform/step/drop.ts'
import { archiveOf } from '../../backup/archived.ts'
import { changedStore } from '../../changed.ts'
import { directory } from '../../targets.ts'
import { sourceOf } from '../restored.ts'

function withFree(bytes: number | undefined) {
  return changedStore(openMemory(), () => ({}), { freeBytes: async () => bytes })
}

t.test('too little room is refused with both figures, and nothing is made', async (t) => {
  const source = await sourceOf(await archiveOf(100))
  const store = withFree(2048)
  await t.rejects(restore(source, store, {}), {
    code: 'ELYSIA_CONFLICT',
    message: /has no room: Thing takes about [\d.]+ KiB, and 2 KiB are free there/,
    hint: /nothing was written/,
  })
  t.strictSame(await store.list(), [])
})

t.test('enough room, room that nobody knows of, and a part of an archive are not', async (t) => {
  const files = await archiveOf(100)
  for (const free of [50_000, undefined])
    t.match(await restore(await sourceOf(files), withFree(free), {}), { written: 100 })
  const some = await restore(await sourceOf(files), withFree(2048), { filter: 'count < 10' })
  t.match(some, { written: 10 })
  const context = { transforms: [dropProperty('count')] }
  const less = await restore(await sourceOf(files), withFree(2048), {}, context)
  t.match(less, { written: 100 }, 'what transforms take away may be most of it')
})

t.test('the embedded store knows how much its disk has left; one in memory does not', async (t) => {
  const store = await openSqlite(`${directory(t)}/store.db`)
  t.teardown(() => store.close())
  t.ok((await store.freeBytes?.())! > 0)
  t.equal(await openMemory().freeBytes?.(), undefined)
})
