import { Readable } from 'node:stream'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { eventText } from '../../bin/view/eventText.ts'
import { openArchive } from '../../lib/archive/archive.ts'
import { memoryStorage } from '../../lib/archive/storage/memory.ts'
import { backup } from '../../lib/job/backup/backup.ts'
import { ingest } from '../../lib/job/ingest/ingest.ts'
import { restore } from '../../lib/job/restore/restore.ts'
import { archiveSource } from '../../lib/job/restore/source/archive.ts'
import { verify } from '../../lib/job/verify/verify.ts'
import type { RunEvent } from '../../lib/run/event/schema.ts'
import { EventSchema } from '../../lib/run/event/schema.ts'
import { openMemory } from '../../lib/store/memory/store.ts'

const isEvent = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(
  JSON.parse(JSON.stringify(EventSchema)),
)
const TYPES = EventSchema.anyOf.map((one) => one.properties.type.const)

t.test('no two events have one type', async (t) => {
  t.equal(new Set(TYPES).size, TYPES.length)
  t.ok(TYPES.length > 40)
})

t.test('the schema refuses what is no event', async (t) => {
  t.ok(isEvent({ type: 'trailing_bytes', input: 'a.gz' }))
  t.notOk(isEvent({ type: 'trailing_bytes' }), 'a field is missing')
  t.notOk(isEvent({ type: 'nothing_of_ours' }))
})

t.test('every event of an ingest, a backup, a verification and a restore is one of the schema', async (t) => {
  const events: RunEvent[] = []
  const onEvent = (event: RunEvent) => void events.push(JSON.parse(JSON.stringify(event)))
  const store = await openMemory()
  const lines = '{"repo":"r","op":"add","path":"a","content":"x"}\nbad\n'
  await ingest(Readable.from([Buffer.from(lines)]), store, { collection: 'source-code' }, { onEvent })
  const storage = memoryStorage()
  await backup(store, 'SourceCode', storage, {}, { onEvent })
  await verify(storage, { level: 'records' }, { onEvent })
  await restore(archiveSource(await openArchive(storage)), store, { name: 'Again' }, { onEvent })
  for (const event of events) t.ok(isEvent(event), JSON.stringify(event))
  const seen = new Set(events.map(({ type }) => type))
  const all = [
    'collection_created',
    'record_rejected',
    'records_settled',

    'progress',
  ] as const
  for (const type of all) t.ok(seen.has(type), type)
})

t.test('what a person reads of an event is made of its fields', async (t) => {
  const text = (event: RunEvent) => eventText(event)
  t.equal(
    text({ type: 'property_added', collection: 'C', property: 'p', data_type: 'text', dry_run: true }),
    'would add the property p (text) to C',
  )
  t.equal(text({ type: 'progress', unit: 'parts', done: 1 }), undefined)
})
