// Whatever a job asks of a store may fail once, because the way there broke: then it is asked again.
import t from 'tap'
import { openArchive } from '../../lib/archive/archive.ts'
import { type Files, memoryStorage } from '../../lib/archive/storage/memory.ts'
import { retryUntilDeadline } from '../../lib/async/retry.ts'
import { backup } from '../../lib/job/backup/backup.ts'
import { copy } from '../../lib/job/copy/copy.ts'
import { runCopySet } from '../../lib/job/copy/set.ts'
import { diff } from '../../lib/job/diff/diff.ts'
import { storeSide } from '../../lib/job/diff/side/store.ts'
import { restore } from '../../lib/job/restore/restore.ts'
import { archiveSource } from '../../lib/job/restore/source/archive.ts'
import { openMemory } from '../../lib/store/memory/store.ts'
import type { Store } from '../../lib/store/store.ts'
import { things } from './backup/archived.ts'
import { flaky } from './flaky.ts'
import { hurry } from './hurry.ts'

const at = (store: Store) => ({ store, name: 'Thing' })
const OBJECTS = 100

t.test('a copy, a sync and a set of copies, each with a comparison', async (t) => {
  hurry(t)
  const [source, target] = [flaky(await things(OBJECTS)), flaky(openMemory())]
  const done = { status: 'done', comparison: { equal: OBJECTS } }
  t.match(await copy(at(source.store), at(target.store), { verify: true }), done)
  t.match(await copy(at(source.store), at(target.store), { sync: true, undo: false, verify: true }), done)
  const { members } = await runCopySet(source.store, flaky(openMemory()).store, { all: true, verify: true })
  t.match(members, [{ report: done }])
  t.ok(source.struck.size > 10, `${source.struck.size} places`)
  t.ok(target.struck.size > 10, `${target.struck.size} places`)
})

t.test('a backup, a restore of it, and a difference', async (t) => {
  hurry(t)
  const [source, target] = [flaky(await things(OBJECTS)), flaky(openMemory())]
  const files: Files = new Map()
  await backup(source.store, 'Thing', memoryStorage(files), {})
  const archive = async () => archiveSource(await openArchive(memoryStorage(files)))
  t.match(await restore(await archive(), target.store, {}), { status: 'done', written: OBJECTS })
  const again = { onConflict: 'replace', undo: false } as const
  t.match(await restore(await archive(), target.store, again), { status: 'done', written: 0 })
  const retry = retryUntilDeadline({ forMs: 20_000 })
  const sides = [await storeSide(source.store, 'Thing', retry), await storeSide(target.store, 'Thing', retry)]
  t.match(await diff(sides[0]!, sides[1]!), { is_equal: true, equal: OBJECTS })
})
