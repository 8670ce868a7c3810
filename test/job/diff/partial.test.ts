// Sides that hold some of a collection, or are made of several archives.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { openChain } from '../../../lib/archive/chain/chain.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { diff } from '../../../lib/job/diff/diff.ts'
import { openSide } from '../../../lib/job/diff/side/open.ts'
import { storeSide } from '../../../lib/job/diff/side/store.ts'
import { idOf, thing, things } from '../backup/archived.ts'
import { compared } from './compared.ts'

const COUNT = 60
const changed = (n: number, more: StoredObject['properties']): StoredObject => {
  const object = thing(n, COUNT)
  return { ...object, properties: { ...object.properties, ...more } }
}

async function archived(t: Test, options: BackupOptionsInput = {}) {
  const store = await things(COUNT)
  const path = join(t.testdir(), 'archive')
  await backup(store, 'Thing', directoryStorage(path), { compression: 'none', ...options })
  return { store, path, collection: store.collection('Thing') }
}

t.test('a condition selects on each side, also when something is read again', async (t) => {
  const { store, path, collection } = await archived(t)
  await collection.write([
    changed(3, { title: 'new' }),
    changed(30, { title: 'new' }),
    changed(31, { count: -1 }),
    changed(4, { count: 100 }),
  ])
  const both = async () => [await storeSide(store, 'Thing'), await openSide(path)] as const
  const { lines, report } = await compared(...(await both()), { filter: 'count >= 30', schema: false })
  t.strictSame(lines, [`+ ${idOf(4, COUNT)}`, `* ${idOf(30, COUNT)} title`, `- ${idOf(31, COUNT)}`])
  t.match(report, { compared: 31, equal: 28, objects: { left: 30, right: 30 } })
  const named = await compared(...(await both()), { filter: 'count >= 30', properties: 'kind' })
  t.strictSame(named.lines, [`+ ${idOf(4, COUNT)}`, `- ${idOf(31, COUNT)}`])
  await t.rejects(diff(...(await both()), { filter: 'counts > 3' }), { code: 'ELYSIA_USAGE', hint: /count/ })
})

t.test('an archive of some objects and properties is compared as far as it goes', async (t) => {
  const of: BackupOptionsInput[] = [
    { filter: "kind = 'red'" },
    { objects: `${idOf(3, COUNT)},${idOf(40, COUNT)}` },
    { properties: 'title' },
    { filter: 'count < 20', properties: 'title' },
  ]
  for (const [at, options] of of.entries()) {
    await t.test(JSON.stringify(options), async (t) => {
      const { store, path, collection } = await archived(t, options)
      for (const isLeft of [true, false]) {
        const both = [await openSide(path), await storeSide(store, 'Thing')] as const
        const { lines, report } = await compared(both[isLeft ? 0 : 1], both[isLeft ? 1 : 0])
        t.strictSame(lines, [])
        t.equal(report.compared, [20, 2, 60, 20][at])
      }
      await collection.write([changed(3, { title: 'new' }), changed(5, { kind: 'other' })])
      const { lines } = await compared(await openSide(path), await storeSide(store, 'Thing'))
      t.strictSame(lines, [`* ${idOf(3, COUNT)} title`])
    })
  }
})

t.test('an increment is compared with its bases, and damage of any of them is told', async (t) => {
  const { store, path, collection } = await archived(t)
  const base = await openChain(await openArchive(directoryStorage(path)), async () => undefined)
  await collection.write([changed(3, { title: 'new' }), thing(70)])
  await collection.remove([idOf(5, COUNT)])
  const increment = join(t.testdirName, 'increment')
  const { manifest } = await backup(store, 'Thing', directoryStorage(increment), {}, { base })
  t.match(manifest, { kind: 'incremental' })
  const now = await compared(await storeSide(store, 'Thing'), await openSide(increment))
  t.strictSame(now.lines, [])
  t.match(now.report, { is_equal: true, compared: COUNT })
  const since = await compared(await openSide(path), await openSide(increment))
  t.strictSame(since.lines.toSorted(), [`* ${idOf(3, COUNT)} title`, `+ ${idOf(5, COUNT)}`, `- ${idOf(70)}`])
  appendFileSync(join(path, base.newest.manifest.parts[0]!.file), '\n')
  const { lines, error } = await compared(await openSide(increment), await storeSide(store, 'Thing'))
  t.match(error, { code: 'ELYSIA_DAMAGED', message: /a base of \S+: parts\S+ is \d+ bytes long/ })
  t.strictSame(lines, [])
})
