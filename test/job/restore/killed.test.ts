import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { RestoreReport } from '../../../lib/job/restore/report.ts'
import { openStore } from '../../../lib/store/open.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'
import { idOf, THING, things } from '../backup/archived.ts'
import { drawing } from '../ingest/killing.ts'
import { somePoints } from '../runs.ts'
import { objectsOf } from './restored.ts'

const COMMAND = fileURLToPath(new URL('../../../bin/elysiactl.js', import.meta.url))
const OBJECTS = 400
const FAILPOINTS = [
  'restore.made',
  'restore.before-note:2',
  'restore.after-note:3',
  'restore.written',
  'restore.linked',
]

const home = t.testdir()
const archive = `${home}/archive`
const expected = await makeArchive()

/** Things in a row, each with a reference to the next, in some twenty parts. */
async function makeArchive(): Promise<StoredObject[]> {
  const properties = [...THING.properties!, { name: 'next', dataType: ['Thing'] }]
  const store = await things(OBJECTS, { ...THING, properties })
  const links = Array.from({ length: OBJECTS - 1 }, (_, n) => ({
    id: idOf(n, OBJECTS),
    property: 'next',
    beacons: [`weaviate://localhost/Thing/${idOf(n + 1, OBJECTS)}`],
  }))
  await store.collection('Thing').link(links)
  await backup(store, 'Thing', directoryStorage(archive), { partSize: 6_000 })
  return objectsOf(store, 'Thing')
}

interface Ended {
  readonly code: number | null
  readonly report: RestoreReport | undefined
  readonly errors: string
}

async function restoreOnce(
  storage: string,
  target: string,
  how: {
    readonly killAfterMs?: number
    readonly failpoint?: string
    readonly stopAt?: () => Promise<void>
  } = {},
): Promise<Ended> {
  const env = {
    ...process.env,
    XDG_DATA_HOME: `${storage}/data`,
    XDG_STATE_HOME: `${storage}/state`,
    ...(how.failpoint !== undefined && { ELYSIACTL_TEST: '1', ELYSIACTL_FAILPOINT: how.failpoint }),
  }
  const words = ['col', 'restore', archive, '--target', target, '--json', '--batch-size', '50']
  const child = spawn(process.execPath, [COMMAND, ...words], { env })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  // Counted from the moment at which it begins to write, which a busy machine puts off.
  const begun = heard(() => errors, child)
  if (how.killAfterMs !== undefined) begun.then(() => wait(how.killAfterMs)).then(() => child.kill('SIGKILL'))
  if (how.stopAt !== undefined) how.stopAt().then(() => child.kill('SIGINT'))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return {
    code,
    errors,
    report: output === '' ? undefined : (JSON.parse(output).restores[0] as RestoreReport),
  }
}

async function heard(said: () => string, child: ChildProcess): Promise<void> {
  while (!/created the collection|continues the interrupted/.test(said()) && child.exitCode === null)
    await wait(5)
}

interface Target {
  readonly text: string
  open(): Promise<Store>
}

const TARGETS: Readonly<Record<string, (t: Test, storage: string) => Promise<Target>>> = {
  'the embedded store': async (_, storage) => ({
    text: `sqlite:${storage}/store.db`,
    open: () => openSqlite(`${storage}/store.db`),
  }),
  'a Weaviate server': async (t) => {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    return { text: double.target, open: () => openStore(parseTarget(double.target)) }
  },
}

async function requireWhole(t: Test, { open }: Target, { code, report, errors }: Ended): Promise<void> {
  // Killed between its end and its last word it leaves all that it was to make, and that is not made again.
  if (code === 5) t.match(errors, 'ELYSIA_CONFLICT')
  else {
    t.equal(code, 0, errors)
    t.match(report, {
      status: 'done',
      objects: OBJECTS,
      written: OBJECTS,
      references: OBJECTS - 1,
      verification: { digest_equal: true },
    })
  }
  const store = await open()
  t.strictSame(await objectsOf(store, 'Thing'), expected)
  await store.close()
}

for (const [name, targetIn] of somePoints(Object.entries(TARGETS), 1)) {
  t.test(`killed at random moments and given again, a restore into ${name} is whole`, async (t) => {
    const draw = drawing(name.length)
    let killed = 0
    const storage = t.testdir()
    const target = await targetIn(t, storage)
    let ended = await restoreOnce(storage, target.text, { killAfterMs: draw() * 80 })
    while (ended.code === null && killed < 2) {
      killed += 1
      ended = await restoreOnce(storage, target.text, { killAfterMs: draw() * 130 })
    }
    if (ended.code === null) ended = await restoreOnce(storage, target.text)
    t.ok(killed > 0, `killed ${killed} times, then ${ended.report?.parts_continued} parts were done`)
    await requireWhole(t, target, ended)
  })
}

for (const [name, targetIn] of Object.entries(TARGETS)) {
  t.test(`killed at the steps of its protocol, a restore into ${name} is whole`, async (t) => {
    const storage = t.testdir()
    const target = await targetIn(t, storage)
    for (const failpoint of somePoints(FAILPOINTS, 2)) {
      const { code } = await restoreOnce(storage, target.text, { failpoint })
      t.equal(code, null, failpoint)
    }
    await requireWhole(t, target, await restoreOnce(storage, target.text))
  })
}

t.test('stopped by SIGINT it ends with 130, notes what is done, and goes on from there', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  double.faults.inject({ fault: 'delay', ms: 30, on: 'BatchObjects' })
  const storage = t.testdir()
  const written = () =>
    double.collections.schema('Thing') === undefined ? 0 : double.objects('Thing').length
  const stopAt = async () => {
    while (written() < 150) await wait(5)
  }
  const { code, report } = await restoreOnce(storage, double.target, { stopAt })
  t.equal(code, 130)
  t.equal(report?.status, 'interrupted')
  t.equal(report?.written, double.objects('Thing').length, 'what is in flight was finished and counted')
  double.faults.clear()
  const again = await restoreOnce(storage, double.target)
  t.ok((again.report?.parts_continued ?? 0) > 0, `${again.report?.parts_continued} parts were done`)
  t.equal(double.objects('Thing').length, OBJECTS)
  t.equal(again.code, 0)
})
