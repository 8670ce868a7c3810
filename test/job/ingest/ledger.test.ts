import { Readable } from 'node:stream'
import t from 'tap'
import { ingestFiles } from '../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../lib/job/ingest/input.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'

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
    const options = { collection: 'Code', maxErrors: '10%', batchSize: 100, workers: 1 }
    return ingestFiles([input], openMemory(), options, {})
  }
  const many = await ended(batch(50).repeat(30))
  t.match(many.error, { code: 'ELYSIA_TOO_MANY_REJECTS', message: /^500 of 1000 records/ })
  const few = await ended(batch(100) + batch(0).repeat(9))
  t.match(few.report, { status: 'done', records: 1000 }, 'what is bad among the first ones says nothing yet')
})
