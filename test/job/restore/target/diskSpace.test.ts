// A disk that cannot hold what an archive says it brings is refused before anything is made.
import t from 'tap'
import { copy } from '../../../../lib/job/copy/copy.ts'
import { restore } from '../../../../lib/job/restore/restore.ts'
import type { RunEvent } from '../../../../lib/run/event/schema.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { openSqlite } from '../../../../lib/store/sqlite/store.ts'
import { dropProperty } from '../../../../lib/transform/step/drop.ts'
import { archiveOf, things } from '../../backup/archived.ts'
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

/** A server that says nothing of its disks, and a source that says of itself what it is told to. */
async function toServer(announced: { readonly bytes?: number; readonly objects?: number }, factor?: number) {
  const source = await sourceOf(await archiveOf(10))
  const { manifest } = source
  const totals = { ...manifest!.totals, ...(announced.bytes && { raw_bytes: announced.bytes }) }
  const schema = { ...source.schema, ...(factor && { replicationConfig: { factor } }) }
  const large = { ...source, schema, manifest: { ...manifest!, totals } }
  const events: RunEvent[] = []
  const store = changedStore(openMemory(), () => ({}), {
    clockDifferenceMs: async () => 0,
    freeBytes: async () => undefined,
  })
  await restore(large, store, { dryRun: true }, { onEvent: (event) => events.push(event) })
  return events.filter(({ type }) => type === 'room_unknown')
}

const GIB = 1024 ** 3

t.test('a large archive is said to go where nobody knows how much room there is', async (t) => {
  t.match(await toServer({ bytes: GIB }), [
    { collection: 'Thing', objects: 10, bytes: Math.round(0.9 * 3 * GIB) },
  ])
  t.strictSame(await toServer({ bytes: GIB / 4 }), [], 'not of a small one')
  t.match(await toServer({ bytes: GIB / 2 }, 3), [{ bytes: Math.round(0.9 * 3 * 1.5 * GIB) }], 'replicas')
})

t.test('a large collection whose size nobody knows is said by its objects', async (t) => {
  const source = await things(10)
  const many = changedStore(source, () => ({ count: async () => 2_000_000 }))
  const server = changedStore(openMemory(), () => ({}), {
    clockDifferenceMs: async () => 0,
    freeBytes: async () => undefined,
  })
  const events: RunEvent[] = []
  const onEvent = (event: RunEvent) => events.push(event)
  const dryRun = { dryRun: true }
  await copy({ store: many, name: 'Thing' }, { store: server, name: 'Thing' }, dryRun, { onEvent })
  const said = events.filter(({ type }) => type === 'room_unknown')
  t.strictSame(said, [
    { type: 'room_unknown', collection: 'Thing', target: server.target, objects: 2_000_000 },
  ])
})
