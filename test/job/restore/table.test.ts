// Parquet files of other programs become collections, and what was changed in them, and nothing else, is sent.
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import type { RestoreOptionsInput } from '../../../lib/job/restore/options.ts'
import { runRestore } from '../../../lib/job/restore/restore.ts'
import { openSource } from '../../../lib/job/restore/source/open.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { directory } from '../targets.ts'
import { objectsOf } from './restored.ts'

const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url))

async function restored(t: Test, name: string, input: RestoreOptionsInput = {}, store: Store = openMemory()) {
  const rejectsPath = join(directory(t), 'rejects.jsonl')
  const events: RunEvent[] = []
  const onEvent = (event: RunEvent) => void events.push(event)
  const stdin = (): never => t.fail('nothing is read from there') as never
  const source = await openSource(join(FIXTURES, name), { stdin, options: input, onEvent })
  const { report, error } = await runRestore(source, store, input, { rejectsPath, onEvent })
  await source.close?.()
  return { report, error, store, events, rejects: () => linesIn(rejectsPath) }
}

function linesIn(path: string) {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line))
}

t.test('a table becomes a collection; rows that are not objects are rejects with their number', async (t) => {
  const { report, rejects, events, store } = await restored(t, 'parquet/faults.parquet', { name: 'rows' })
  t.match(report, {
    ...{ kind: 'parquet', class: 'Rows', objects: 11, written: 4, changed: { ids: 1 } },
    rejected: { repeated_id: 1, invalid_value: 5, missing_field: 1 },
    verification: { count: 4, digest_equal: true },
  })
  const repeated = rejects().find(({ code }) => code === 'repeated_id')
  t.match(repeated, { reason: /^row 2: its id occurs twice/, object: { properties: { n: 1 } } })
  t.match(
    events.filter(({ type }) => type.startsWith('source_')),
    [
      { type: 'source_read_as', shape: 'parquet', id: ['id'], vectors: ['vector'] },
      { type: 'source_changed', ids: 1 },
    ],
  )
  t.equal((await objectsOf(store, 'Rows')).length, 4)
  const ragged = rejects().find(({ line }) => line === 3)
  t.strictSame(JSON.parse(ragged.record), { id: '00000000-0000-4000-8000-000000000002', vector: [1], n: 1 })
})

t.test('of an archive that was changed in pandas exactly the changed rows are sent', async (t) => {
  for (const onConflict of ['merge', 'overwrite'] as const) {
    const { store } = await restored(t, 'golden/parquet')
    const before = new Map((await objectsOf(store, 'Golden')).map((object) => [object.id, object]))
    const options = { onConflict, name: 'golden', onlyChanged: true, undo: false }
    const { report } = await restored(t, 'parquet/edited.parquet', options, store)
    t.match(report, { written: 3, unchanged: 21, verification: { digest_equal: true } }, onConflict)
    const after = await objectsOf(store, 'Golden')
    const changed = after.filter(({ id, properties }) => {
      const { title, published } = before.get(id)!.properties
      return properties.title !== title || properties.published !== published
    })
    t.match(
      changed.map(({ properties: { title, published } }) => [title, published]),
      [['changed'], ['mended'], [/./, '2025-01-01T00:00:00Z']],
    )
  }
})

t.test('the parts of an archive without its manifest are a table too', async (t) => {
  const path = directory(t)
  copyFileSync(join(FIXTURES, 'golden/parquet/parts/r0000-00000.parquet'), join(path, 'part.parquet'))
  const source = await openSource(path, { stdin: () => t.fail() as never })
  const store = openMemory()
  const { report } = await runRestore(source, store, {})
  const whole = await restored(t, 'golden/parquet')
  t.match(report, { kind: 'parquet', class: 'Golden', written: 24, rejected: {} })
  t.strictSame(await objectsOf(store, 'Golden'), await objectsOf(whole.store, 'Golden'))
})

t.test('a table that names no class is refused, and nothing is made', async (t) => {
  await t.rejects(restored(t, 'parquet/pandas.parquet'), { code: 'ELYSIA_USAGE', hint: /--name/ })
  const { store, report } = await restored(t, 'parquet/pandas.parquet', { name: 'x', dryRun: true })
  t.match(report, { status: 'planned', objects: 4 })
  t.strictSame(await store.list(), [])
})
