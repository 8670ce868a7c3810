import { Readable } from 'node:stream'
import t from 'tap'
import { ingestFiles } from '../../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../../lib/job/ingest/input.ts'
import { openState } from '../../../../lib/run/state.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { openSqlite } from '../../../../lib/store/sqlite/store.ts'

const add = (path: string) => JSON.stringify({ repo: 'A', op: 'add', path, content: 'text' })

t.test('every line of every input is counted, blank ones behind the last record as well', async (t) => {
  const texts = [`\n${add('a')}\n\n\n`, '', '\n \n', `${add('b')}\nbad`, '\n']
  const inputs = texts.map(
    (text, at): Input => ({
      name: `in${at}`,
      rereadable: true,
      open: () => Readable.from([Buffer.from(text)]),
    }),
  )
  const { report } = await ingestFiles(inputs, openMemory(), { collection: 'Code' }, {})
  t.match(report, {
    status: 'done',
    lines: 9,
    blank: 6,
    records: 3,
    written: 2,
    rejected: { not_json: 1 },
  })
})

t.test('a share of rejects counts from exactly the 1000th record on, and not before', async (t) => {
  const batch = (bad: number) =>
    Array.from({ length: 100 }, (_, n) => `${n < bad ? 'bad' : add(`${Math.random()}`)}\n`).join('')
  const ended = async (text: string) => {
    const input: Input = { name: 'in', rereadable: true, open: () => Readable.from([Buffer.from(text)]) }
    const options = { collection: 'Code', maxErrors: '10%', batchSize: 100, workers: 1, coalesce: 'off' }
    return ingestFiles([input], openMemory(), options, {})
  }
  const many = await ended(batch(50).repeat(30))
  t.match(many.error, { code: 'ELYSIA_TOO_MANY_REJECTS', message: /^500 of 1000 records/ })
  const few = await ended(batch(100) + batch(0).repeat(9))
  t.match(few.report, { status: 'done', records: 1000 }, 'what is bad among the first ones says nothing yet')
})

t.test('where the first commit fails, nothing is reported that was rolled back', async (t) => {
  const directory = t.testdir()
  const store = await openSqlite(`${directory}/store.db`)
  t.teardown(() => store.close())
  const state = openState(store, directory)
  state.database.exec(
    "CREATE TRIGGER full BEFORE UPDATE OF checkpoint ON runs BEGIN SELECT RAISE(ABORT, 'no space'); END",
  )
  const input: Input = { name: 'in', rereadable: true, open: () => Readable.from([Buffer.from(add('a'))]) }
  const { report, error } = await ingestFiles([input], store, { collection: 'Code' }, { state })
  t.match(error, { message: /no space/ })
  t.equal(await store.collection('Code').count(), 0)
  t.match(report, { status: 'failed', lines: 0, records: 0, written: 0 })
})
