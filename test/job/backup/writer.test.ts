// A writer in a process of its own, all the time: each backup succeeds, is whole, and comes back as it is.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { openStore } from '../../../lib/store/open.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { runs } from '../../runs.ts'
import { sourceOf, summed } from '../restore/restored.ts'
import { directory } from '../targets.ts'
import { THING, thing } from './archived.ts'

const OBJECTS = 2000
const BACKUPS = Math.min(runs(4), 12)
const NAME = 'WrittenMeanwhile'
const child = fileURLToPath(new URL('./writerChild.ts', import.meta.url))

async function underWrites(t: Test, target: string): Promise<void> {
  const store = await openStore(parseTarget(target))
  t.teardown(() => store.close())
  await store.drop(NAME)
  await store.create({ ...THING, class: NAME })
  t.teardown(() => store.drop(NAME).catch(() => {}))
  for (let at = 0; at < OBJECTS; at += 1000) {
    const objects = Array.from({ length: 1000 }, (_, n) => thing(at + n, OBJECTS))
    await store.collection(NAME).write(objects)
  }
  const writer = spawn(process.execPath, [child, target, NAME], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => void writer.kill('SIGKILL'))
  await once(writer.stdout, 'data')
  let drifted = 0
  for (let n = 1; n <= BACKUPS; n++) {
    const files: Files = new Map()
    const storage = memoryStorage(files)
    const { manifest } = await backup(store, NAME, storage, { workers: 2, partSize: 200_000 })
    const { before, after, written } = manifest.counts
    if (before !== after || after !== written) drifted += 1
    t.ok(written >= OBJECTS, `backup ${n}: ${before} before, ${after} after, ${written} in it`)
    const { status, objects_checked } = await verify(memoryStorage(files), { level: 'records' })
    t.strictSame([status, objects_checked], ['complete', written])
    const restored = await restore(await sourceOf(files), openMemory(), {})
    t.match(summed(restored), { written, rejected: 0, verification: { digest_equal: true } })
  }
  t.equal(writer.exitCode, null, 'the writer was at work all the time')
  t.comment(`${drifted} of ${BACKUPS} backups were written into`)
}

t.test('backups of an embedded store that another process writes to', (t) =>
  underWrites(t, `sqlite:${join(directory(t), 'store.db')}`),
)

const real = process.env.ELYSIACTL_TEST_WEAVIATE
t.test(
  'backups of a server that another process writes to',
  { skip: real === undefined && 'set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]' },
  (t) => {
    const [base = '', port] = real!.split(',')
    return underWrites(t, port === undefined ? base : `${base}?grpc=${new URL(base).hostname}:${port}`)
  },
)
