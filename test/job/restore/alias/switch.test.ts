import t from 'tap'
import { type Files, memoryStorage } from '../../../../lib/archive/storage/memory.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import { restore, runRestore } from '../../../../lib/job/restore/restore.ts'
import { openState } from '../../../../lib/run/state.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { openStore } from '../../../../lib/store/open.ts'
import { parseTarget } from '../../../../lib/store/target.ts'
import { weaviateDouble } from '../../../double/double.ts'
import { archiveOf, THING, things } from '../../backup/archived.ts'
import { overriding } from '../../ingest/overriding.ts'
import { directory, TARGETS } from '../../targets.ts'
import { objectsOf, sourceOf, summed } from '../restored.ts'

for (const [name, open] of Object.entries(TARGETS)) {
  t.test(
    `into an alias of ${name}: restored beside, then switched; the collection before stays`,
    async (t) => {
      const store = await open(t)
      const source = await sourceOf(await archiveOf(5))
      const first = await restore(source, store, { intoAlias: 'live' })
      t.match(first, {
        class: 'Live_v1',
        aliases: ['Live'],
        alias: { name: 'Live', before: null, switched: true, dropped: false },
        verification: { digest_equal: true },
      })
      t.strictSame(await store.aliases(), [{ alias: 'Live', collection: 'Live_v1' }])
      const second = await restore(await sourceOf(await archiveOf(3)), store, { intoAlias: 'Live' })
      t.match(second, { class: 'Live_v2', alias: { before: 'Live_v1', switched: true, dropped: false } })
      t.strictSame(await store.aliases(), [{ alias: 'Live', collection: 'Live_v2' }])
      t.equal((await objectsOf(store, 'Live_v1')).length, 5)
      const third = await restore(source, store, { intoAlias: 'Live', dropOld: true })
      t.match(third, { class: 'Live_v3', alias: { before: 'Live_v2', switched: true, dropped: true } })
      t.same((await store.list()).map((one) => one.name).sort(), ['Live_v1', 'Live_v3'])
      t.equal((await objectsOf(store, 'Live_v3')).length, 5)
    },
  )
}

t.test(
  'an alias of the collection that the archive is of moves on; references to itself lead to the new one',
  async (t) => {
    const store = await things(2, {
      ...THING,
      properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }],
    })
    const [a, b] = await objectsOf(store, 'Thing')
    await store
      .collection('Thing')
      .link([{ id: a!.id, property: 'next', beacons: [`weaviate://localhost/Thing/${b!.id}`] }])
    await store.createAlias({ alias: 'Live', collection: 'Thing' })
    const files: Files = new Map()
    await backup(store, 'Thing', memoryStorage(files), { compression: 'none' })
    const report = await restore(await sourceOf(files), store, { intoAlias: 'Live' })
    t.match(report, { class: 'Live_v1', alias: { before: 'Thing', switched: true } })
    const [restored] = await objectsOf(store, 'Live_v1')
    t.same(restored!.properties.next, [{ beacon: `weaviate://localhost/Live_v1/${b!.id}` }])
    t.not(await store.schema('Thing'), undefined)
  },
)

t.test('refused before anything is written: what no alias can be, and what others still need', async (t) => {
  const store = await things(2)
  const source = await sourceOf(await archiveOf(2))
  const refused = (options: object, message: RegExp, code = 'ELYSIA_CONFLICT') =>
    t.rejects(restore(source, store, options), { code, message })
  await refused({ intoAlias: 'Thing' }, /Thing in .* is a collection, not an alias/)
  await refused({ intoAlias: 'THING' }, /Thing in .* is a collection, not an alias/)
  await refused({ dropOld: true }, /--drop-old needs --into-alias/, 'ELYSIA_USAGE')
  await refused({ intoAlias: 'l€' }, /cannot be the name/, 'ELYSIA_USAGE')
  await store.createAlias({ alias: 'Live', collection: 'Thing' })
  await refused({ intoAlias: 'LIVE' }, /the alias is called Live in .*, not LIVE/)
  await refused({ intoAlias: 'Live', name: 'Thing' }, /there is a collection Thing/)
  await store.createAlias({ alias: 'Other', collection: 'Thing' })
  await store.create({ class: 'Friend', properties: [{ name: 'of', dataType: ['Thing'] }] })
  await refused(
    { intoAlias: 'Live', dropOld: true },
    /Thing cannot be dropped: the alias Other, references of Friend/,
  )
  t.same((await store.list()).map((one) => one.name).sort(), ['Friend', 'Thing'])
  const double = await weaviateDouble({ version: '1.27.0' })
  const old = await openStore(parseTarget(double.target))
  t.teardown(async () => {
    await old.close()
    await double.stop()
  })
  await t.rejects(restore(source, old, { intoAlias: 'Live' }), {
    code: 'ELYSIA_CONFLICT',
    message: /has no aliases/,
  })
  t.same(await old.list(), [])
})

t.test(
  'the alias means what it meant where anything is missing, or somebody else has moved it',
  async (t) => {
    const files = await archiveOf(4)
    const memory = await things(1)
    await memory.createAlias({ alias: 'Live', collection: 'Thing' })
    const refusing = overriding(memory, {
      collection: (name) =>
        overriding(memory.collection(name), {
          write: async (objects, call) => {
            const outcomes = await memory.collection(name).write(objects.slice(1), call)
            return [{ ok: false, reason: 'not this one' }, ...outcomes]
          },
        }),
    })
    const lacking = await restore(await sourceOf(files), refusing, { intoAlias: 'Live' })
    t.match(summed(lacking), {
      rejected: 1,
      written: 3,
      aliases: [],
      alias: { before: 'Thing', switched: false },
    })
    t.same(await memory.aliases(), [{ alias: 'Live', collection: 'Thing' }])
    const moving = overriding(memory, {
      createTenants: async () => {},
      collection: (name) =>
        overriding(memory.collection(name), {
          write: async (objects, call) => {
            await memory.moveAlias({ alias: 'Live', collection: 'Live_v1' })
            return memory.collection(name).write(objects, call)
          },
        }),
    })
    const { error, report } = await runRestore(await sourceOf(files), moving, { intoAlias: 'Live' })
    t.match(error, {
      code: 'ELYSIA_CONFLICT',
      message: /meant Thing when the restore began, and means Live_v1 now/,
    })
    t.match(report, { status: 'failed', class: 'Live_v2', alias: { switched: false } })
    t.same(await memory.aliases(), [{ alias: 'Live', collection: 'Live_v1' }])
  },
)

t.test(
  'an answer that was lost is no conflict: the alias is looked at before it is made again',
  async (t) => {
    const memory = openMemory()
    let lost = 0
    const store = overriding(memory, {
      createAlias: async (alias) => {
        await memory.createAlias(alias)
        lost += 1
        const { ElysiaError } = await import('../../../../lib/core/errors.ts')
        throw new ElysiaError('ELYSIA_UNREACHABLE', 'gone', { retryable: true })
      },
    })
    const report = await restore(await sourceOf(await archiveOf(2)), store, {
      intoAlias: 'Live',
      retryForMs: 10_000,
    })
    t.match(report, { status: 'done', alias: { switched: true } })
    t.equal(lost, 1)
  },
)

t.test(
  'whoever reads through the alias while it is switched sees one whole collection or the other',
  async (t) => {
    const double = await weaviateDouble()
    const store = await openStore(parseTarget(double.target))
    const state = openState(store, directory(t))
    t.teardown(async () => {
      state.close()
      await store.close()
      await double.stop()
    })
    await restore(await sourceOf(await archiveOf(3)), store, { intoAlias: 'Live' }, { state })
    const origin = new URL(double.target).origin
    let ends = false
    const seen = new Map<string, number>()
    const reading = (async () => {
      while (!ends) {
        const reply = await fetch(`${origin}/v1/objects?class=Live&limit=100`)
        const { objects = [] } = (await reply.json()) as { objects?: { class: string }[] }
        const what = `${reply.status} ${objects[0]?.class} ${objects.length}`
        seen.set(what, (seen.get(what) ?? 0) + 1)
      }
    })()
    const report = await restore(
      await sourceOf(await archiveOf(60)),
      store,
      { intoAlias: 'Live', batchSize: 10 },
      { state },
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    ends = true
    await reading
    t.match(report, { alias: { before: 'Live_v1', switched: true } })
    t.same([...seen.keys()], ['200 Live_v1 3', '200 Live_v2 60'], JSON.stringify([...seen]))
  },
)

t.test('what another alias means by the time that it would be dropped stays', async (t) => {
  const memory = await things(1)
  await memory.createAlias({ alias: 'Live', collection: 'Thing' })
  const store = overriding(memory, {
    moveAlias: async (alias) => {
      await memory.createAlias({ alias: 'Other', collection: 'Thing' })
      return memory.moveAlias(alias)
    },
  })
  const source = await sourceOf(await archiveOf(2))
  const { error, report } = await runRestore(source, store, { intoAlias: 'Live', dropOld: true })
  t.match(error, { code: 'ELYSIA_CONFLICT', message: /Thing cannot be dropped: the alias Other/ })
  t.match(report, { alias: { switched: true, dropped: false } })
  t.not(await memory.schema('Thing'), undefined)
})
