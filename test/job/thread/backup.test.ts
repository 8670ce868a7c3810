import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { archiveObjects } from '../../../lib/archive/part/objects.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupContext } from '../../../lib/job/backup/job.ts'
import * as works from '../../../lib/job/thread/thread.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { on } from '../../run/listening.ts'
import { idOf, THING, thing } from '../backup/archived.ts'
import { directory } from '../targets.ts'

/** As few as are divided into ranges. */
const OBJECTS = 5000
const COMMAND = fileURLToPath(new URL('../../../bin/elysiactl.js', import.meta.url))

const made = await filled(t)

/** A store in a file, with texts that JSON escapes, and whole numbers beyond the doubles. */
async function filled(t: Test): Promise<string> {
  const file = join(directory(t), 'store.db')
  const store = await openSqlite(file)
  await store.create(THING)
  const all = Array.from({ length: OBJECTS }, (_, n): StoredObject => {
    const object = thing(n, OBJECTS)
    if (n % 5 === 0) return { ...object, properties: { ...object.properties, title: '„a“\n\u0001 👍' } }
    return n % 7 === 0 ? { ...object, properties: { count: 2n ** 60n + BigInt(n) } } : object
  })
  await store.collection('Thing').write(all)
  await store.close()
  return file
}

/** The same store, for one test alone. */
function copied(t: Test): string {
  const file = join(directory(t), 'store.db')
  copyFileSync(made, file)
  return file
}

async function backedUp(t: Test, file: string, threads: string, context: BackupContext = {}) {
  const place = join(directory(t), 'archive')
  const store = await openSqlite(file)
  try {
    const options = { threads, partSize: 100_000, compression: 'zstd' }
    return { place, ...(await backup(store, 'Thing', directoryStorage(place), options, context)) }
  } finally {
    await store.close()
  }
}

t.test(
  'with threads the archive is the same, byte for byte, and each part counts when it is noted',
  async (t) => {
    const progress: Extract<RunEvent, { type: 'progress' }>[] = []
    const onEvent = (event: RunEvent) => {
      if (event.type !== 'progress') return
      progress.push(event)
      // The threads are ahead of who looks on.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30)
    }
    const [plain, threaded] = [await backedUp(t, made, '0'), await backedUp(t, made, '2', { onEvent })]
    const content = (manifest: typeof plain.manifest) => [
      manifest.parts,
      manifest.index,
      manifest.totals,
      manifest.counts,
    ]
    t.strictSame(content(threaded.manifest), content(plain.manifest))
    t.ok(threaded.manifest.parts.length > 4, `${threaded.manifest.parts.length} parts`)
    t.equal((await verify(directoryStorage(threaded.place), { level: 'records' })).status, 'complete')
    const source = archiveObjects(await openArchive(directoryStorage(threaded.place)))
    let objects = 0
    for (const range of source.ranges) for await (const page of source.pages(range)) objects += page.length
    t.equal(objects, OBJECTS)
    t.match(progress.at(-1), { done: OBJECTS, ahead: 0, total: OBJECTS })
    t.strictSame(
      progress.filter(({ done, ahead = 0 }) => ahead < 0 || done + ahead > OBJECTS),
      [],
      'what is in a part has been read',
    )
  },
)

t.test('a vector that no archive can hold ends it, and names the object, as without threads', async (t) => {
  const file = copied(t)
  const store = await openSqlite(file)
  await store.collection('Thing').write([{ ...thing(5, OBJECTS), vector: Float32Array.of(1, Number.NaN, 2) }])
  await store.close()
  const failure = backedUp(t, file, '1')
  await t.rejects(failure, {
    code: 'ELYSIA_STORE',
    message: new RegExp(`1 object of Thing: ${idOf(5, OBJECTS)}`),
  })
})

t.test('aborted it ends at once; asked to stop it finishes its parts, and goes on from them', async (t) => {
  const place = join(directory(t), 'archive')
  const [abort, stop] = [new AbortController(), new AbortController()]
  const options = { threads: '1', partSize: 50_000, compression: 'none' }
  const store = await openSqlite(made)
  t.teardown(() => store.close())
  const run = (context: BackupContext) =>
    backup(store, 'Thing', directoryStorage(place), options, { ...context, resume: true })
  const reason = new Error('no more')
  const on = (controller: AbortController) => (event: RunEvent) => {
    if (event.type === 'progress' && event.done > 0) controller.abort(reason)
  }
  await t.rejects(run({ stop: stop.signal, onEvent: on(stop) }), reason)
  await t.rejects(run({ signal: abort.signal, onEvent: () => abort.abort(reason) }))
  const kept: number[] = []
  const { manifest } = await run({
    onEvent: (event) => {
      if (event.type === 'backup_resumed') kept.push(event.parts_kept)
    },
  })
  t.ok(kept[0]! > 0, `${kept[0]} parts were kept`)
  t.equal(manifest.totals.objects, OBJECTS)
  const left: string[] = []
  for await (const { name } of directoryStorage(place).unfinished()) left.push(name)
  t.strictSame(left, [])
})

/** A backup with threads by the command, of which something dies at a point. */
function killedAt(t: Test, failpoint: string) {
  const [home, file, place] = [directory(t), copied(t), join(directory(t), 'archive')]
  const env = {
    ...process.env,
    XDG_DATA_HOME: `${home}/data`,
    XDG_STATE_HOME: `${home}/state`,
    ELYSIACTL_TEST: '1',
    ELYSIACTL_FAILPOINT: failpoint,
  }
  const words = ['--threads', '1', '--part-size', '100kB', '--compression', 'none', '--json']
  const all = ['col', 'backup', 'Thing', '--target', `sqlite:${file}`, '--to', place, ...words]
  return { file, place, ...spawnSync(process.execPath, [COMMAND, ...all], { encoding: 'utf8', env }) }
}

/** The rest of it is made without threads. */
async function resumes(t: Test, file: string, place: string): Promise<void> {
  const store = await openSqlite(file)
  t.teardown(() => store.close())
  const options = { threads: '0', partSize: 100_000, compression: 'none' }
  const kept: number[] = []
  const onEvent = on('backup_resumed', ({ parts_kept }) => kept.push(parts_kept))
  await backup(store, 'Thing', directoryStorage(place), options, { resume: true, onEvent })
  t.equal(kept.length, 1, 'it was gone on with')
  const report = await verify(directoryStorage(place), { level: 'records' })
  t.strictSame([report.status, report.objects_checked], ['complete', OBJECTS])
}

t.test('killed while a thread commits a part, --resume finishes it', async (t) => {
  const { file, place, signal } = killedAt(t, 'part.after-commit:2')
  t.equal(signal, 'SIGKILL')
  await resumes(t, file, place)
})

t.test('the threads have the work that is asked of them by name', async (t) => {
  t.strictSame(Object.keys(works), ['archivePart', 'changeItems', 'lineEffects', 'storedRange'])
})

t.test('a thread that dies ends the backup with what it died of, and --resume finishes it', async (t) => {
  const { file, place, status, stderr } = killedAt(t, 'part.before-commit:2:thread')
  t.equal(status, 1, stderr)
  t.match(stderr, /ELYSIA_INTERNAL/)
  t.match(stderr, /the thread of storedRange died: it ended by itself/)
  await resumes(t, file, place)
})
