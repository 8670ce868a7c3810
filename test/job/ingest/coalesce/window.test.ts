import { Readable } from 'node:stream'
import t from 'tap'
import { ingestFiles } from '../../../../lib/job/ingest/ingest.ts'
import type { IngestOptionsInput } from '../../../../lib/job/ingest/options.ts'
import type { RunEvent } from '../../../../lib/run/event/schema.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { objectsOf } from '../killing.ts'

/** 1000 records of 100 paths, ten times each, and a rename in between. */
const LINES = Array.from({ length: 1000 }, (_, n) =>
  JSON.stringify(
    n === 500
      ? { repo: 'A', op: 'rename', path: 'f1', new_path: 'g' }
      : { repo: 'A', op: 'add', path: `f${n % 100}`, content: `${n}` },
  ),
)

/** What is written by a run over a pipe, and how large its calls are. */
async function piped(coalesce: string, workers: number | 'auto' = 2) {
  const store: Store = openMemory()
  const calls: number[] = []
  const collectionOf = store.collection.bind(store)
  store.collection = (name) => {
    const collection = collectionOf(name)
    const write = collection.write.bind(collection)
    collection.write = (objects, call) => {
      calls.push(objects.length)
      return write(objects, call)
    }
    return collection
  }
  const events: RunEvent[] = []
  const { report } = await ingestFiles(
    [{ name: 'stdin', rereadable: false, open: () => Readable.from([Buffer.from(`${LINES.join('\n')}\n`)]) }],
    store,
    { collection: 'A', batchSize: 50, coalesce, workers } as IngestOptionsInput,
    { onEvent: (event) => void events.push(event) },
  )
  return {
    report,
    calls,
    objects: await objectsOf(store, 'A'),
    says: events.find(({ type }) => type === 'coalescing'),
  }
}

t.test('a pipe is coalesced in parts of SIZE, in calls that are as large as ever', async (t) => {
  const off = await piped('off')
  const window = await piped('8MiB')
  t.strictSame(window.objects, off.objects)
  t.equal(off.report.superseded, 0)
  t.match(window.report, {
    records: 1000,
    written: 201,
    superseded: 799,
    coalesced: { passes: 'window', writes_saved: 799 },
  })
  t.match(window.says, { passes: 'window', window_bytes: 8 * 1024 * 1024 })
  t.ok(Math.max(...window.calls) <= 50, `${window.calls}`)
  const found = await piped('8MiB', 'auto')
  t.strictSame(found.objects, off.objects, 'and where it is found how many batches may be in flight')
  t.match((await piped('auto')).says, { passes: 'one', reason: /cannot be read twice/ })
})
