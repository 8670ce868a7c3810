// A restore from a pipe that is killed leaves its class: what is sent next takes its place, if all in it is known to be its.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import type { RestoreReport } from '../../../lib/job/restore/report.ts'
import { openState } from '../../../lib/run/state.ts'
import { openStore } from '../../../lib/store/open.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'
import { THING, thing, things } from '../backup/archived.ts'
import { somePoints } from '../runs.ts'
import { directory } from '../targets.ts'
import { objectsOf } from './restored.ts'

const COMMAND = fileURLToPath(new URL('../../../bin/elysiactl.js', import.meta.url))
const COUNT = 600

interface Target {
  readonly place: string
  readonly text: string
  open(): Promise<Store>
}

async function embedded(t: Test): Promise<Target> {
  const place = directory(t)
  return { place, text: `sqlite:${place}/store.db`, open: () => openSqlite(`${place}/store.db`) }
}

async function server(t: Test): Promise<Target> {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  return { place: directory(t), text: double.target, open: () => openStore(parseTarget(double.target)) }
}

/** The same collection at another time is another archive: of other objects, some of which were in the one before. */
async function sent(count: number, schema: CollectionSchema = THING): Promise<Buffer> {
  const stream = new PassThrough()
  const out = { stream, location: '-' }
  const store = await things(count, schema)
  const [bytes] = await Promise.all([
    buffer(stream),
    backupSingle(store, 'Thing', out, { compression: 'none' }),
  ])
  return bytes
}

const first = await sent(COUNT)
const second = await sent(COUNT - 100)

function lines(count: number): Buffer {
  const objects = Array.from({ length: count }, (_, n) => thing(n, COUNT))
  return Buffer.from(
    objects.map((one) => `${JSON.stringify({ ...one, vector: [...one.vector!] })}\n`).join(''),
  )
}

function spawned({ place, text }: Target, words: readonly string[], failpoint?: string): ChildProcess {
  const env = {
    ...process.env,
    XDG_DATA_HOME: `${place}/data`,
    XDG_STATE_HOME: `${place}/state`,
    ...(failpoint !== undefined && { ELYSIACTL_TEST: '1', ELYSIACTL_FAILPOINT: failpoint }),
  }
  const all = ['col', 'restore', '-', '--target', text, '--json', '--batch-size', '50', ...words]
  const child = spawn(process.execPath, [COMMAND, ...all], { env })
  child.stdin!.on('error', () => {})
  return child
}

/** Sends bytes, and hears how it ended. */
async function restored(target: Target, bytes: Buffer, words: readonly string[] = [], failpoint?: string) {
  const child = spawned(target, words, failpoint)
  let [output, errors] = ['', '']
  child.stdout!.on('data', (chunk) => {
    output += chunk
  })
  child.stderr!.on('data', (chunk) => {
    errors += chunk
  })
  child.stdin!.end(bytes)
  const [code] = (await once(child, 'close')) as [number | null]
  const report = output === '' ? undefined : (JSON.parse(output).restores[0] as RestoreReport)
  return { code, report, errors }
}

/** Sends a part of the bytes, waits until some of it is written, and kills it. */
async function killedHalfway(target: Target, bytes: Buffer, words: readonly string[] = []): Promise<number> {
  const child = spawned(target, words)
  child.stdin!.write(bytes.subarray(0, bytes.length >> 1))
  const store = await target.open()
  const written = async () =>
    (await store.schema('Thing')) === undefined ? 0 : await store.collection('Thing').count()
  try {
    while ((await written().catch(() => 0)) < 100) await wait(50)
    child.kill('SIGKILL')
    await once(child, 'close')
    return await written()
  } finally {
    await store.close()
  }
}

async function holds(t: Test, target: Target, count: number, of = count): Promise<void> {
  const store = await target.open()
  const expected = Array.from({ length: count }, (_, n) => thing(n, of))
  t.strictSame(await objectsOf(store, 'Thing'), expected)
  await store.close()
}

const FAILPOINTS = ['restore.made', 'restore.before-note', 'restore.written', 'restore.linked']

/** What a restore into the embedded store left that was killed half-way, and a copy of it. */
const halfway = await embedded(t)
const left = await killedHalfway(halfway, first)
const kept = directory(t)
cpSync(halfway.place, kept, { recursive: true })

/** The same again, for each test that does something else with it. */
function leftHalfway(): Target {
  rmSync(halfway.place, { recursive: true })
  cpSync(kept, halfway.place, { recursive: true })
  return halfway
}

t.test('killed half-way into the embedded store, it can be sent again', async (t) => {
  t.ok(left >= 100 && left < COUNT, `${left} objects were left`)
  const target = leftHalfway()
  const { code, report, errors } = await restored(target, first)
  t.equal(code, 0, errors)
  t.match(report, { status: 'done', verification: { digest_equal: true } })
  await holds(t, target, COUNT)
  const late = await restored(target, first)
  t.equal(late.code, 5, 'what came to its end is nobody’s to take away')
})

t.test('killed half-way into a Weaviate server, another archive of it takes its place', async (t) => {
  const target = await server(t)
  const left = await killedHalfway(target, first)
  t.ok(left >= 100 && left < COUNT, `${left} objects were left`)
  const { code, report, errors } = await restored(target, second)
  t.equal(code, 0, errors)
  t.match(report, { status: 'done', verification: { digest_equal: true } })
  await holds(t, target, COUNT - 100)
})

t.test('killed at one step after another, another archive takes its place', async (t) => {
  const target = await embedded(t)
  for (const [turn, failpoint] of somePoints(FAILPOINTS, 2).entries()) {
    const killed = await restored(target, turn % 2 === 0 ? first : second, [], failpoint)
    t.equal(killed.code, null, `${failpoint}: ${killed.errors}`)
  }
  const { code, errors } = await restored(target, first)
  t.equal(code, 0, errors)
  t.match(errors, /Thing, left by the restore \S+ from a pipe, is removed and created again/)
  await holds(t, target, COUNT)
})

t.test('plain lines that were killed on their way can be sent again', async (t) => {
  const target = await embedded(t)
  writeFileSync(`${target.place}/class.json`, JSON.stringify(THING))
  const words = ['--schema', `${target.place}/class.json`]
  await killedHalfway(target, lines(COUNT), words)
  const { code, report, errors } = await restored(target, lines(COUNT - 1), words)
  t.equal(code, 0, errors)
  t.match(report, { status: 'done', written: COUNT - 1, verification: { digest_equal: true } })
  await holds(t, target, COUNT - 1, COUNT)
})

/** What somebody does with the class meanwhile, after which it is no more what the killed restore has left. */
const MEANWHILE: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'an object was written by another program': (store) =>
    store.collection('Thing').write([{ ...thing(1), id: 'ffffffff-0000-4000-8000-000000000000' }]),
  'the class was recreated by somebody, of another kind': async (store) => {
    await store.drop('Thing')
    await store.create({ ...THING, description: 'mine' })
  },
  'the class got a property': (store) => store.addProperty('Thing', { name: 'mine', dataType: ['text'] }),
}

t.test('a class that holds anything else than what was sent stays as it is', async (t) => {
  for (const [what, change] of Object.entries(MEANWHILE)) {
    const target = leftHalfway()
    const store = await target.open()
    await change(store)
    const schema = await store.schema('Thing')
    const before = await objectsOf(store, 'Thing')
    const { code, errors } = await restored(target, second)
    t.equal(code, 5, what)
    t.match(errors, /there is a collection Thing/, what)
    t.strictSame(await store.schema('Thing'), schema, what)
    t.strictSame(await objectsOf(store, 'Thing'), before, what)
    await store.close()
  }
})

t.test('a class into which an ingest has written since is not taken away', async (t) => {
  const target = leftHalfway()
  const store = await target.open()
  const state = openState(store, `${target.place}/state/elysiactl`)
  state.journal.begin('later', { target: store.target, class: 'Thing', inputs: ['x.jsonl'] }, 'thing')
  state.journal.finish('later', 'done')
  await store.close()
  t.equal((await restored(target, second)).code, 5)
})

t.test('what another process is still sending is not taken away', async (t) => {
  const target = await embedded(t)
  const child = spawned(target, [])
  child.stdin!.write(first.subarray(0, first.length >> 1))
  const store = await target.open()
  t.teardown(() => store.close())
  const count = () =>
    store
      .collection('Thing')
      .count()
      .catch(() => 0)
  while ((await count()) < 100) await wait(50)
  for (const words of [[], ['--dry-run']])
    t.equal((await restored(target, second, words)).code, 11, `${words}`)
  child.stdin!.end(first.subarray(first.length >> 1))
  t.same(await once(child, 'exit'), [0, null])
  t.equal(await store.collection('Thing').count(), COUNT)
})

t.test(
  'a dry run says what would become of what was left, and leaves it for what takes its place',
  async (t) => {
    const target = leftHalfway()
    const dry = await restored(target, second, ['--dry-run'])
    t.equal(dry.code, 0, dry.errors)
    t.match(dry.errors, /Thing, left by the restore \S+ from a pipe, would be removed/)
    const same = await restored(target, first, ['--dry-run'])
    t.match(same.errors, /continues the interrupted run/)
    const store = await target.open()
    t.equal(await store.collection('Thing').count(), left)
    await store.close()
    const { code, report, errors } = await restored(target, second)
    t.equal(code, 0, errors)
    t.match(report, { status: 'done', verification: { digest_equal: true } })
    await holds(t, target, COUNT - 100)
    t.equal((await restored(target, second)).code, 5, 'what came to its end is nobody’s to take away')
  },
)
