// Bases of an increment are found where they lie: beside it, below the root, and where they were moved to.
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { openChain } from '../../../lib/archive/chain/chain.ts'
import { findBelow } from '../../../lib/archive/chain/find.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { thing, things } from '../../job/backup/archived.ts'

/** ROOT/Thing/full and ROOT/Thing/next, an increment of it. */
async function chained(t: Test) {
  const root = t.testdir()
  const store = await things(20)
  const at = (name: string) => directoryStorage(join(root, 'Thing', name))
  mkdirSync(join(root, 'Thing'))
  const { manifest: full } = await backup(store, 'Thing', at('full'), {})
  const base = await openChain(await openArchive(at('full')), async () => undefined)
  await store.collection('Thing').write([thing(100)])
  await backup(store, 'Thing', at('next'), {}, { base })
  return { root, full, next: await openArchive(at('next')) }
}

t.test('a base is found by its id, whatever its directory is called', async (t) => {
  const { root, full, next } = await chained(t)
  const below = findBelow([root])
  t.equal((await openChain(next, below)).links.length, 2)
  mkdirSync(join(root, 'Elsewhere'))
  renameSync(join(root, 'Thing/full'), join(root, 'Elsewhere/moved'))
  t.equal((await below(full.id))?.storage.text, join(root, 'Elsewhere/moved'))
  t.equal((await openChain(next, findBelow([join(root, 'Elsewhere')]))).links[0]?.manifest.id, full.id)
  t.equal(await below('no-such-archive'), undefined)
})

t.test('an increment without its base says which it lacks', async (t) => {
  const { root, full, next } = await chained(t)
  await t.rejects(openChain(next, findBelow([join(root, 'nowhere')])), {
    code: 'ELYSIA_DAMAGED',
    message: `${next.manifest.id} is an increment of ${full.id}, which is not there`,
  })
})

t.test('another archive under the id of the base is not taken for it', async (t) => {
  const { full, next } = await chained(t)
  const storage = directoryStorage(join(t.testdir({ other: {} }), 'other', full.id))
  await backup(await things(21), 'Thing', storage, {}, { archiveId: full.id })
  await t.rejects(
    openChain(next, async () => openArchive(storage)),
    {
      code: 'ELYSIA_DAMAGED',
      message: `${next.manifest.id} does not follow from its base ${full.id}, which is another one`,
    },
  )
})
