import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { watch } from '../../../lib/job/watch/watch.ts'
import { openState } from '../../../lib/run/state.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { onFile } from '../../run/listening.ts'
import { oneFile } from '../../run/oneFile.ts'
import { laterPoint } from '../runs.ts'
import { add, append, contentsOf, pass, rename, type Storage } from './watching.ts'

const LONG_AGO = new Date('2026-01-01T00:00:00Z')
const SCRIPT = oneFile(new URL('./killed.ts', import.meta.url))
const RECORDS = 40
const REJECTS = 30

function placed(t: Test, name: string): Storage {
  const root = join(t.testdir({ [name]: { inbox: {}, outside: {} } }), name)
  return { inbox: join(root, 'inbox'), database: join(root, 'store.db'), stateDirectory: join(root, 'state') }
}

/** A file of records, and so many lines behind them that are none. */
function placeOf(t: Test, name: string, bad = 0): Storage {
  const place = placed(t, name)
  const records = Array.from({ length: RECORDS }, (_, index) => ({
    repo: 'r',
    op: 'add',
    path: `p${index}`,
    content: 'x',
  }))
  drop(place.inbox, '1.jsonl', [...records, ...Array.from({ length: bad }, (_, index) => ({ bad: index }))])
  return place
}

function drop(inbox: string, name: string, records: readonly object[]): void {
  const path = join(inbox, '..', name)
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  utimesSync(path, LONG_AGO, LONG_AGO)
  renameSync(path, join(inbox, name))
}

/** True where it killed itself, false where it came to its end. */
async function killed(
  place: Storage,
  point: string,
  count: number,
  after: 'move' | 'keep' = 'move',
  ...rejects: string[]
) {
  const { inbox, database, stateDirectory } = place
  const args = [SCRIPT, inbox, database, stateDirectory, point, String(count), after, ...rejects]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the watch ended with ${code ?? signal}`)
  return signal === 'SIGKILL'
}

/** What is there after the same watch once more, which has a second file to come to its end by. */
async function afterwards({ inbox, database, stateDirectory }: Storage, rejectsPath?: string) {
  drop(inbox, 'z.jsonl', [])
  const store = await openSqlite(database)
  const state = openState(store, stateDirectory)
  const stop = new AbortController()
  await watch(
    inbox,
    store,
    { collection: 'source-code', after: 'move', batchSize: 10 },
    {
      state,
      stop: stop.signal,
      onEvent: onFile(({ path }) => path.endsWith('z.jsonl') && stop.abort()),
      ...(rejectsPath !== undefined && { rejectsPath }),
    },
  )
  const runs = state.journal.runs().filter(({ inputs }) => inputs[0]?.endsWith('1.jsonl'))
  const objects = await store.collection('SourceCode').count()
  await store.close()
  return {
    objects,
    runs: runs.map(({ status, checkpoint }) => `${status} ${checkpoint?.tally.records}`),
    inbox: readdirSync(inbox),
    processed: readdirSync(join(inbox, 'processed')),
  }
}

const WANTED = {
  objects: RECORDS,
  runs: [`done ${RECORDS}`],
  inbox: ['failed', 'processed'],
  processed: ['1.jsonl', 'z.jsonl'],
}

for (const point of ['statement', 'batch']) {
  t.test(
    `a watch killed at any ${point} takes each file once when it is begun again, and has each reject once in the file of all`,
    async (t) => {
      let kills = 0
      for (let count = 1; ; count = laterPoint(count, 4)) {
        const place = placeOf(t, `${point}-${count}`, REJECTS)
        const rejects = join(place.inbox, '../rejects.jsonl')
        writeFileSync(rejects, '{"earlier":true}\n')
        const died = await killed(place, point, count, 'move', rejects)
        const wanted = { ...WANTED, runs: [`done ${RECORDS + REJECTS}`] }
        t.strictSame(await afterwards(place, rejects), wanted, `killed at ${point} ${count}`)
        const lines = readFileSync(rejects, 'utf8').split('\n').slice(0, -1)
        t.same(
          lines.map((line) => JSON.parse(line).line),
          [undefined, ...Array.from({ length: REJECTS }, (_, index) => RECORDS + index + 1)],
          `killed at ${point} ${count}`,
        )
        if (!died) break
        kills += 1
      }
      t.ok(kills > 1, `killed ${kills} times`)
    },
  )
}

t.test('a watch killed in the middle of a move leaves one file, not two', async (t) => {
  const place = placeOf(t, 'link')
  t.ok(await killed(place, 'batch', RECORDS / 10))
  mkdirSync(join(place.inbox, 'processed'), { recursive: true })
  linkSync(join(place.inbox, '1.jsonl'), join(place.inbox, 'processed', '1.jsonl'))
  t.strictSame(await afterwards(place), WANTED)
})

for (const point of ['statement', 'batch']) {
  t.test(`a watch killed at any ${point} takes what a file has grown by once`, async (t) => {
    for (let count = 1; ; count = laterPoint(count, 4)) {
      const place = placed(t, `grown-${point}-${count}`)
      drop(place.inbox, '1.jsonl', [
        { repo: 'r', op: 'add', path: 'a', content: 'ONE' },
        { repo: 'r', op: 'rename', path: 'a', new_path: 'b' },
      ])
      await pass(place)
      const more = Array.from({ length: 25 }, (_, index) => add(`p${index}`, 'x')).join('')
      append(place, '1.jsonl', `${rename('b', 'c')}${add('b', 'TWO')}${more}`)
      const died = await killed(place, point, count, 'keep')
      await pass(place, { batchSize: 10 })
      const { a, b, c, p24 } = await contentsOf(place)
      t.strictSame([a, b, c, p24], [undefined, 'TWO', 'ONE', 'x'], `killed at ${point} ${count}`)
      if (!died) break
    }
  })
}
