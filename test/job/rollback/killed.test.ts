import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { openStore } from '../../../lib/store/open.ts'
import type { Store } from '../../../lib/store/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'
import { idOf, THING, thing, things } from '../backup/archived.ts'
import { objectsOf } from '../restore/restored.ts'
import { somePoints } from '../runs.ts'

const COMMAND = fileURLToPath(new URL('../../../bin/elysiactl.js', import.meta.url))
const OBJECTS = 120
const WITH_NEXT = { ...THING, properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }] }
const archive = `${t.testdir()}/archive`

/** Things in a row, each with a reference to the next. */
async function linked(store: Store, from: number, step: number): Promise<void> {
  const links = Array.from({ length: Math.floor((OBJECTS - 1 - from) / step) }, (_, n) => ({
    id: idOf(from + n * step, OBJECTS),
    property: 'next',
    beacons: [`weaviate://localhost/Thing/${idOf(from + n * step + 1, OBJECTS)}`],
  }))
  await store.collection('Thing').link(links)
}

async function makeArchive(): Promise<void> {
  const store = await things(OBJECTS, WITH_NEXT)
  await linked(store, 0, 1)
  await backup(store, 'Thing', directoryStorage(archive), { partSize: 5_000 })
}

/** Every second thing, with another title, with references of its own, and one that the archive does not have. */
async function living(store: Store): Promise<StoredObject[]> {
  await store.create(WITH_NEXT)
  const some = Array.from({ length: OBJECTS + 1 }, (_, n) => thing(n, OBJECTS)).filter((_, n) => n % 2 === 0)
  await store.collection('Thing').write(some.map((one) => ({ ...one, properties: { title: 'mine' } })))
  await linked(store, 0, 4)
  return objectsOf(store, 'Thing')
}

interface Ended {
  readonly code: number | null
  readonly report: Record<string, unknown>
  readonly errors: string
}

async function elysiactl(storage: string, words: readonly string[], failpoint?: string): Promise<Ended> {
  const env = {
    ...process.env,
    XDG_DATA_HOME: `${storage}/data`,
    XDG_STATE_HOME: `${storage}/state`,
    ...(failpoint !== undefined && { ELYSIACTL_TEST: '1', ELYSIACTL_FAILPOINT: failpoint }),
  }
  const child = spawn(process.execPath, [COMMAND, ...words, '--json'], { env })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, errors, report: output === '' ? {} : JSON.parse(output) }
}

interface Target {
  readonly text: string
  open(): Promise<Store>
}

const TARGETS: Readonly<Record<string, (t: Test, storage: string) => Promise<Target>>> = {
  'the embedded store': async (_, storage) => {
    const text = `sqlite:${storage}/store.db`
    return { text, open: () => openStore(parseTarget(text)) }
  },
  'a Weaviate server': async (t) => {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    return { text: double.target, open: () => openStore(parseTarget(double.target)) }
  },
}

async function within<T>({ open }: Target, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await open()
  return work(store).finally(() => store.close())
}

const RESTORING = [
  'restore.before-undo:2',
  'restore.undo-kept:2',
  'restore.after-note:2',
  'restore.written',
  'restore.linked',
]
/** Those of the replace. At the last, all is written of which there is an undo. */
const REPLACING = [...RESTORING, 'restore.deletion-kept']
const REPLACED = 'restore.deleted'
const ROLLING_BACK = [
  'rollback.begun',
  'rollback.batch:2',
  'rollback.removed:3',
  'rollback.objects',
  'rollback.linked',
  'rollback.noted',
]

await makeArchive()

t.test(
  `a replace of a collection of a Weaviate server, killed at some steps and undone, killed at some steps, leaves what was there`,
  async (t) => {
    const storage = t.testdir()
    const target = await TARGETS['a Weaviate server']!(t, storage)
    const before = await within(target, living)
    const restoring = [
      'col',
      'restore',
      archive,
      '--target',
      target.text,
      '--on-conflict',
      'replace',
      ...['--yes', '--max-delete', '100%'],
      '--batch-size',
      '15',
    ]
    for (const point of [...somePoints(REPLACING, 2), REPLACED]) {
      t.equal((await elysiactl(storage, restoring, point)).code, null, point)
    }
    const listed = await elysiactl(storage, ['col', 'catalog', 'undos'])
    const [undo] = listed.report.undos as { id: string }[]
    const rollingBack = ['col', 'rollback', undo!.id, '--target', target.text]
    for (const point of somePoints(ROLLING_BACK, 2)) {
      t.equal((await elysiactl(storage, rollingBack, point)).code, null, point)
    }
    const ended = await elysiactl(storage, rollingBack)
    t.match(ended, { code: 0, report: { status: 'done', objects: OBJECTS + 1, left: 0 } }, ended.errors)
    t.strictSame(await within(target, (store) => objectsOf(store, 'Thing')), before)
  },
)

t.test(
  `a restore into the embedded store, killed at some steps and given again, is whole, and can be undone`,
  async (t) => {
    const storage = t.testdir()
    const target = await TARGETS['the embedded store']!(t, storage)
    const before = await within(target, living)
    const restoring = [
      'col',
      'restore',
      archive,
      '--target',
      target.text,
      '--on-conflict',
      'skip',
      '--batch-size',
      '15',
    ]
    for (const point of somePoints(RESTORING, 2)) {
      t.equal((await elysiactl(storage, restoring, point)).code, null, point)
    }
    const restored = await elysiactl(storage, restoring)
    const [report] = restored.report.restores as Record<string, unknown>[]
    t.match(restored, { code: 0 }, restored.errors)
    t.match(report, { objects: OBJECTS, written: OBJECTS / 2, skipped: { exists: OBJECTS / 2 } })
    const after = await within(target, (store) => objectsOf(store, 'Thing'))
    t.equal(after.length, OBJECTS + 1)
    t.strictSame(
      after.filter((_, n) => n % 2 === 0),
      before,
      'what was there stays',
    )
    t.equal(
      after.filter((one, n) => n % 2 === 1 && one.properties.next !== undefined).length,
      OBJECTS / 2 - 1,
    )
    const ended = await elysiactl(storage, ['col', 'rollback', String(report!.id), '--target', target.text])
    t.match(ended, { code: 0, report: { removed: OBJECTS / 2 } }, ended.errors)
    t.strictSame(await within(target, (store) => objectsOf(store, 'Thing')), before)
  },
)
