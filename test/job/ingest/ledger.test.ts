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
