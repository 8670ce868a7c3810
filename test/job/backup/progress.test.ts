// The progress of a backup counts what is settled: objects in parts that are durable and noted.
import { join } from 'node:path'
import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupFile } from '../../../lib/job/backup/destination.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { changedStore } from '../changed.ts'
import { things } from './archived.ts'

const COUNT = 3000
const OPTIONS = { compression: 'none', partSize: 20_000, workers: 3 }

type Progress = Extract<RunEvent, { type: 'progress' }>

function onProgress(listen: (progress: Progress) => void) {
  return (event: RunEvent) => {
    if (event.type === 'progress') listen(event)
  }
}

/** Objects in the parts that the journal has by now. */
function notedIn(files: Files): number {
  const lines = String(files.get('parts.jsonl') ?? '').split('\n')
  const parts = lines.flatMap((line) => (line === '' ? [] : (JSON.parse(line).parts ?? [])))
  return parts.reduce((sum, { objects }) => sum + objects, 0)
}

t.test('objects count as done once their part is noted, not when they are read', async (t) => {
  const files: Files = new Map()
  const seen: Progress[] = []
  const onEvent = onProgress((event) => {
    seen.push(event)
    if (event.done > notedIn(files)) t.fail(`${event.done} are done, ${notedIn(files)} are noted`)
    if (event.done + (event.ahead ?? 0) > event.total!) t.fail(`more than ${event.total}`)
  })
  await backup(await things(COUNT), 'Thing', memoryStorage(files), OPTIONS, { onEvent })
  t.match(seen[0], { unit: 'objects', phase: 'writing', done: 0, total: COUNT })
  t.ok(
    seen.some(({ ahead = 0 }) => ahead > 0),
    'what is read and not noted yet stands beside them',
  )
  t.match(seen.at(-1), { done: COUNT, ahead: 0, total: COUNT })
})

t.test('a resumed backup begins with the parts that are kept', async (t) => {
  const files: Files = new Map()
  const stop = new AbortController()
  const stopping = onProgress(({ done }) => done > 500 && stop.abort(new Error('stopped')))
  const store = await things(COUNT)
  const stopped = backup(store, 'Thing', memoryStorage(files), OPTIONS, {
    onEvent: stopping,
    stop: stop.signal,
  })
  await t.rejects(stopped, { message: 'stopped' })
  const noted = notedIn(files)
  const seen: Progress[] = []
  const onEvent = onProgress((event) => seen.push(event))
  await backup(store, 'Thing', memoryStorage(files), OPTIONS, { resume: true, onEvent })
  t.match(seen[0], { done: noted, total: COUNT })
  t.match(seen.at(-1), { done: COUNT, ahead: 0, total: COUNT })
})

t.test('a store that counts fewer than it has is never more than 100 %', async (t) => {
  const store = changedStore(await things(COUNT), () => ({ count: async () => 1000 }))
  for (const into of ['directory', 'file']) {
    const seen: Progress[] = []
    const onEvent = onProgress((event) => seen.push(event))
    if (into === 'directory') await backup(store, 'Thing', memoryStorage(), OPTIONS, { onEvent })
    else await backupFile(store, 'Thing', join(t.testdir(), 'a.jsonl'), { compression: 'none' }, { onEvent })
    t.strictSame(
      seen.filter(({ done, ahead = 0, total = 0 }) => done + ahead > total),
      [],
      into,
    )
    t.match(seen.at(-1), { phase: 'writing', done: COUNT, total: COUNT }, into)
  }
})
