// Two clusters far from here: 100 ms there and back, and connections that are reset. Real servers of the lab where there are any.
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { type EndedRequest, REQUEST_ENDED } from '../../../lib/core/channel/requests.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { copy } from '../../../lib/job/copy/copy.ts'
import { diff } from '../../../lib/job/diff/diff.ts'
import { storeSide } from '../../../lib/job/diff/side/store.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { archiveSource } from '../../../lib/job/restore/source/archive.ts'
import { openStore } from '../../../lib/store/open.ts'
import type { Store } from '../../../lib/store/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import type { LabCluster } from '../../../scripts/lab.ts'
import { weaviateDouble } from '../../double/double.ts'
import { type Far, farFrom } from '../../double/far.ts'
import { THING, thing } from '../backup/archived.ts'

const OBJECTS = 600
const SMALL = { batchSize: 60 } as const
/** More often than in life, so that few calls see some. */
const RESETS = 0.06
const lab = JSON.parse(process.env.ELYSIACTL_LAB ?? '[]') as readonly LabCluster[]
const [first, second = first] = lab.filter(({ kind }) => kind === 'server')

async function doubled(t: Test): Promise<string> {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  return double.target
}

async function opened(t: Test, target: string): Promise<Store> {
  const store = await openStore(parseTarget(target), {}, { retryForMs: 60_000 })
  t.teardown(() => store.close())
  return store
}

async function away(t: Test, target: string, seed: number): Promise<readonly [Far, Store]> {
  const far = await farFrom(target, { resets: RESETS, seed })
  t.teardown(() => far.stop())
  return [far, await opened(t, far.target)]
}

async function filled(t: Test, target: string): Promise<Store> {
  const store = await opened(t, target)
  await store.drop('Thing')
  await store.create(THING)
  await store.collection('Thing').write(Array.from({ length: OBJECTS }, (_, n) => thing(n, OBJECTS)))
  return store
}

async function equal(t: Test, one: Store, other: Store, name: string): Promise<void> {
  const report = await diff(await storeSide(one, 'Thing'), await storeSide(other, name), { schema: false })
  t.match(report, { equal: OBJECTS, only_left: 0, only_right: 0, different: 0 }, name)
}

async function finishEqual(t: Test, from: string, to: string): Promise<void> {
  const [near, target] = [await filled(t, from), await opened(t, to)]
  for (const name of ['Thing', 'Thing_far']) await target.drop(name)
  const [[farFromHere, source], [farToo, farTarget]] = [await away(t, from, 3), await away(t, to, 5)]
  const at = (store: Store) => ({ store, name: 'Thing' })
  const began = performance.now()
  const copied = await copy(at(source), at(farTarget), { ...SMALL, workers: 4 })
  t.match(copied, { status: 'done', written: OBJECTS })
  await equal(t, near, target, 'Thing')
  const files: Files = new Map()
  await backup(source, 'Thing', memoryStorage(files), { partSize: 50_000 })
  const archive = await archiveSource(await openArchive(memoryStorage(files)))
  const restored = await restore(archive, farTarget, { ...SMALL, workers: 4, name: 'Thing_far' })
  t.match(restored, { status: 'done', written: OBJECTS })
  await equal(t, near, target, 'Thing_far')
  t.ok(performance.now() - began < 60_000, 'in bounded time')
  for (const { seen } of [farFromHere, farToo])
    t.ok(seen.resets > 0, `${seen.resets} of ${seen.requests} reset`)
  for (const name of ['Thing', 'Thing_far']) await target.drop(name)
  await near.drop('Thing')
}

/** How many questions to servers there were at least one after another: of those that overlap only one counts. */
async function roundTrips(work: () => Promise<unknown>): Promise<number> {
  const asked: { readonly from: number; readonly to: number }[] = []
  const onEnd = (message: unknown) => {
    const to = performance.now()
    asked.push({ from: to - (message as EndedRequest).milliseconds, to })
  }
  REQUEST_ENDED.subscribe(onEnd)
  await work()
  REQUEST_ENDED.unsubscribe(onEnd)
  let [trips, last] = [0, Number.NEGATIVE_INFINITY]
  for (const { from, to } of asked.sort((one, other) => one.to - other.to)) {
    if (from < last) continue
    trips += 1
    last = to
  }
  return trips
}

t.test('what needs no other answer is asked at once', async (t) => {
  const [source, target] = [await filled(t, await doubled(t)), await opened(t, await doubled(t))]
  const at = (store: Store) => ({ store, name: 'Thing' })
  const files: Files = new Map()
  const many = { batchSize: OBJECTS, workers: 4 }
  const copied = await roundTrips(() => copy(at(source), at(target), many))
  const backedUp = await roundTrips(() => backup(source, 'Thing', memoryStorage(files), {}))
  const archive = await archiveSource(await openArchive(memoryStorage(files)))
  const restored = await roundTrips(() => restore(archive, target, { ...many, name: 'Thing_far' }))
  t.comment({ copied, backedUp, restored })
  t.ok(copied <= 16, `${copied} of a copy`)
  t.ok(backedUp <= 12, `${backedUp} of a backup`)
  t.ok(restored <= 14, `${restored} of a restore`)
})

t.test('copy, backup and restore finish equal from another region: doubles', async (t) =>
  finishEqual(t, await doubled(t), await doubled(t)),
)

if (first !== undefined && second !== undefined && first !== second)
  t.test(`copy, backup and restore finish equal from another region: ${first.name}, ${second.name}`, (t) =>
    finishEqual(t, first.target, second.target),
  )
