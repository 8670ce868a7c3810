// Objects that have expired since an archive was made are gone from their server: said, and no failure of `--level live`.
import { createWriteStream } from 'node:fs'
import t, { type Test } from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import type { VerifyReport } from '../../../lib/job/verify/report.ts'
import { verifySingle } from '../../../lib/job/verify/single.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { typedTexts } from '../../run/listening.ts'
import { idOf } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { directory } from '../targets.ts'

const COUNT = 30
const LEVEL = { level: 'live', maxErrors: 0, workers: 2 } as const
const DAY_MS = 24 * 3_600_000

/** Of ten notes in a row one has expired, three will, and six never do. */
function note(n: number): StoredObject {
  const until = n % 10 === 0 ? '2020-01-01T00:00:00Z' : n % 10 < 4 ? '2099-01-01T00:00:00Z' : undefined
  const properties = { text: `${n}`, ...(until !== undefined && { until }) }
  return { id: idOf(n, COUNT), properties, createdMs: Date.now() - (n < 5 ? 3 : 1) * DAY_MS }
}

async function notes(deleteOn = 'until', defaultTtl = 60): Promise<Store> {
  const store = openMemory()
  await store.create({
    class: 'Note',
    vectorizer: 'none',
    objectTtlConfig: { enabled: true, deleteOn, defaultTtl },
    properties: [
      { name: 'text', dataType: ['text'] },
      { name: 'until', dataType: ['date'] },
    ],
  })
  await store.collection('Note').write(Array.from({ length: COUNT }, (_, n) => note(n)))
  return store
}

type Verify = (store: Store) => Promise<VerifyReport & { readonly said: string }>

/** An archive as a directory and as a single file, each with what verifies it against a store. */
async function archived(t: Test, store: Store): Promise<Readonly<Record<string, Verify>>> {
  const files: Files = new Map()
  await backup(store, 'Note', memoryStorage(files), {})
  const path = `${directory(t)}/note.jsonl`
  await backupSingle(store, 'Note', { stream: createWriteStream(path), location: path }, {})
  const heard = async (
    work: (context: object) => Promise<VerifyReport>,
    against: Store,
  ): ReturnType<Verify> => {
    const said: string[] = []
    const onEvent = typedTexts(said)
    return { ...(await work({ against: { store: against }, onEvent })), said: said.join('\n') }
  }
  return {
    'a directory': (against) => heard((context) => verify(memoryStorage(files), LEVEL, context), against),
    'a single file': (against) => heard((context) => verifySingle(path, LEVEL, context), against),
  }
}

/** A server, which gives these notes otherwise than the archive has them; undefined: not at all. */
function server(store: Store, input: (object: StoredObject, n: number) => StoredObject | undefined): Store {
  return changedStore(
    store,
    (collection) => ({
      async *read(...words) {
        for await (const page of collection.read(...words)) {
          const seen = page.flatMap((one) => input(one, Number(one.properties.text)) ?? [])
          if (seen.length > 0) yield seen
        }
      },
    }),
    { kind: 'weaviate' },
  )
}

const facts = ({ faults }: VerifyReport) => faults.map(({ fact }) => fact)

t.test('what has expired is said, with how many, and the archive is whole', async (t) => {
  const store = await notes()
  for (const [way, verified] of Object.entries(await archived(t, store))) {
    const gone = await verified(server(store, (one, n) => (n % 10 === 0 ? undefined : one)))
    t.match(gone, { status: 'complete', faults: [], expired: 3 }, way)
    t.match(
      gone.said,
      /^objects_expired: 3 of 30 objects of the archive have expired, and are gone from memory:[-0-9a-f]+$/,
      way,
    )
    const some = await verified(server(store, (one, n) => (n === 10 ? undefined : one)))
    t.match(some, { status: 'complete', expired: 1 }, way)
    const none = await verified(server(store, (one) => one))
    t.match(none, { status: 'complete', said: '' }, way)
    t.notOk('expired' in none, way)
  }
})

t.test('what cannot have expired has to be there, each object as it was, and no other', async (t) => {
  const store = await notes()
  const changed = (one: StoredObject) => ({ ...one, properties: { ...one.properties, text: 'x' } })
  const scenes: Readonly<Record<string, readonly [RegExp, Parameters<typeof server>[1]]>> = {
    'one that never expires': [
      /has 26 objects, the archive 30: 1 missing that cannot have expired$/,
      (one, n) => (n === 5 || n % 10 === 0 ? undefined : one),
    ],
    'one that expires later': [
      /: 1 missing that cannot have expired$/,
      (one, n) => (n === 1 ? undefined : one),
    ],
    'a lasting one changed': [
      /has 30 objects as well, but 1 other than in the archive$/,
      (one, n) => (n === 6 ? changed(one) : one),
    ],
    'an expired one changed': [
      /: 1 other than in the archive$/,
      (one, n) => (n === 0 ? undefined : n === 10 ? changed(one) : one),
    ],
    'one that the archive lacks': [
      /has 30 objects as well, but 1 missing that cannot have expired, 1 other than in the archive$/,
      (one, n) => (n === 29 ? { ...one, id: 'ffffffff-0000-4000-8000-000000000000' } : one),
    ],
  }
  for (const [way, verified] of Object.entries(await archived(t, store))) {
    for (const [scene, [fact, input]] of Object.entries(scenes)) {
      const report = await verified(server(store, input))
      t.equal(report.status, 'damaged', `${scene}, ${way}`)
      t.match(facts(report), [fact], `${scene}, ${way}`)
    }
  }
})

t.test(
  'where the time of writing counts, what was written too late to have expired has to be there',
  async (t) => {
    const store = await notes('_creationTimeUnix', (2 * DAY_MS) / 1000)
    for (const [way, verified] of Object.entries(await archived(t, store))) {
      const old = await verified(server(store, (one, n) => (n < 5 ? undefined : one)))
      t.match(old, { status: 'complete', expired: 5 }, way)
      const young = await verified(server(store, (one, n) => (n < 6 ? undefined : one)))
      t.match(facts(young), [/: 1 missing that cannot have expired$/], way)
    }
  },
)

t.test('an embedded store deletes nothing by itself: all has to be there', async (t) => {
  const store = await notes()
  for (const [way, verified] of Object.entries(await archived(t, store))) {
    await store.collection('Note').remove([idOf(0, COUNT)])
    const report = await verified(store)
    t.match(facts(report), [/has 29 objects, the archive 30$/], way)
    t.strictSame(report.faults[0]?.ids, [idOf(0, COUNT)])
    await store.collection('Note').write([note(0)])
  }
})
