// An increment as what a collection is overwritten with, or replaced by: it counts as the collection of its night.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openArchive } from '../../../../lib/archive/archive.ts'
import { openChain } from '../../../../lib/archive/chain/chain.ts'
import { findBelow } from '../../../../lib/archive/chain/find.ts'
import { directoryStorage } from '../../../../lib/archive/storage/directory.ts'
import { restore, runRestore } from '../../../../lib/job/restore/restore.ts'
import { chainSource } from '../../../../lib/job/restore/source/chain.ts'
import { rollback } from '../../../../lib/job/rollback/rollback.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { chains } from '../../../catalog/chains.ts'
import { THING, thing } from '../../backup/archived.ts'
import { changedStore } from '../../changed.ts'
import { directory } from '../../targets.ts'
import { objectsOf } from '../restored.ts'

/** A full archive and two increments: each night one object is put in the place of another, and one is removed. */
async function nights(t: Test) {
  const root = directory(t)
  await chains(root, ['n0', 'n1', 'n2'])
  const chain = async (name: string) =>
    openChain(await openArchive(directoryStorage(join(root, 'Thing', name))), findBelow([root]))
  const source = async (name: string) => chainSource(await chain(name))
  const restored = openMemory()
  await runRestore(await source('n2'), restored, {})
  return { root, chain, source, expected: await objectsOf(restored, 'Thing') }
}

/** The night, but: one object lacks, one is another, and there are two that it does not have. */
async function living(objects: Awaited<ReturnType<typeof objectsOf>>): Promise<Store> {
  const store = openMemory()
  await store.create(THING)
  const [first, ...others] = objects.slice(1)
  const own = [{ ...first!, properties: { title: 'mine' } }, ...others, thing(1, 997), thing(2, 997)]
  await store.collection('Thing').write(own)
  return store
}

t.test('replace by an increment gives exactly its night, and rollback what there was', async (t) => {
  const { source, expected } = await nights(t)
  const store = await living(expected)
  const before = await objectsOf(store, 'Thing')
  const undoDirectory = directory(t)
  const { report, error } = await runRestore(
    await source('n2'),
    store,
    { onConflict: 'replace' },
    { undoDirectory },
  )
  t.equal(error, undefined)
  t.equal(expected.length, 28)
  t.match(report, { status: 'done', objects: 28, written: 2, unchanged: 26, deleted: 2 })
  t.strictSame(await objectsOf(store, 'Thing'), expected, 'nothing of what a base had and a night removed')
  await rollback(store, report.id, {}, { undoDirectory })
  t.strictSame(await objectsOf(store, 'Thing'), before)
})

t.test('overwrite by an increment writes its night, and deletes nothing', async (t) => {
  const { source, expected } = await nights(t)
  const store = await living(expected)
  const { error } = await runRestore(
    await source('n2'),
    store,
    { onConflict: 'overwrite' },
    { undoDirectory: directory(t) },
  )
  t.equal(error, undefined)
  const ids = new Set(expected.map(({ id }) => id))
  const after = await objectsOf(store, 'Thing')
  t.strictSame(
    after.filter(({ id }) => ids.has(id)),
    expected,
  )
  t.equal(after.length, expected.length + 2, 'what is not in it stays')
})

for (const kind of ['parts', 'index'] as const) {
  t.test(`where ${kind} of a base are damaged, nothing is written nor deleted`, async (t) => {
    const { root, chain, expected } = await nights(t)
    const opened = await chain('n2')
    const { manifest } = opened.links[1]!
    const { file } = manifest[kind]![0]!
    const path = join(root, 'Thing', 'n1', file)
    const bytes = readFileSync(path)
    chmodSync(path, 0o600)
    // One bit near its end: what comes before it reads well.
    bytes[bytes.length - 20]! ^= 1
    writeFileSync(path, bytes)
    for (const onConflict of ['replace', 'overwrite'] as const) {
      const calls: string[] = []
      const store = changedStore(await living(expected), () => ({
        write: async () => {
          calls.push('write')
          return []
        },
        remove: async () => {
          calls.push('remove')
          return []
        },
      }))
      const restoring = restore(chainSource(opened), store, { onConflict }, { undoDirectory: directory(t) })
      await t.rejects(restoring, { code: 'ELYSIA_DAMAGED', link: manifest.id })
      t.same(calls, [], onConflict)
    }
  })
}
