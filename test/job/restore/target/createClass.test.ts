// A class that a server cannot have as it is: changed, and each change said; or refused with --no-migrate.
import t from 'tap'
import { type Files, memoryStorage } from '../../../../lib/archive/storage/memory.ts'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import type { RestoreOptionsInput } from '../../../../lib/job/restore/options.ts'
import { runRestore } from '../../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { openStore } from '../../../../lib/store/open.ts'
import { parseTarget } from '../../../../lib/store/target.ts'
import { type DoubleOptions, weaviateDouble } from '../../../double/double.ts'
import { texts } from '../../../run/listening.ts'
import { sourceOf } from '../restored.ts'

const SCHEMA: CollectionSchema = {
  class: 'Note',
  vectorizer: 'none',
  properties: [{ name: 'text', dataType: ['text'], tokenization: 'gse' }],
  objectTtlConfig: { enabled: true, deleteOn: '_creationTimeUnix', defaultTtl: 3600 },
}
const NO_GSE = "the GSE tokenizer is not enabled; set 'ENABLE_TOKENIZER_GSE' to 'true' to enable"

async function archive(): Promise<Files> {
  const store = openMemory()
  await store.create(SCHEMA)
  await store
    .collection('Note')
    .write([{ id: '0a000000-0000-4000-8000-000000000001', properties: { text: 'a' } }])
  const files: Files = new Map()
  await backup(store, 'Note', memoryStorage(files), {})
  return files
}

async function restored(options: RestoreOptionsInput, server: DoubleOptions, refusal?: string) {
  const double = await weaviateDouble(server)
  t.teardown(() => double.stop())
  if (refusal !== undefined) {
    const refused = { fault: 'status', code: 'UNKNOWN', text: refusal, http: 422 } as const
    double.faults.inject({ ...refused, on: 'POST /v1/schema', count: 1 })
  }
  const store = await openStore(parseTarget(double.target))
  t.teardown(() => store.close())
  const said: string[] = []
  const ended = runRestore(await sourceOf(await archive()), store, options, { onEvent: texts(said) })
  return { ended, said, store }
}

t.test('what an older server does not have is left out, and said before and after', async (t) => {
  const { ended, said, store } = await restored({}, { version: '1.34.0' })
  const { report, error } = await ended
  t.equal(error, undefined)
  t.match(report, {
    status: 'done',
    written: 1,
    patches: [{ rule: 'time-to-live', path: 'objectTtlConfig' }],
  })
  t.match(said.join('\n'), /objectTtlConfig.*in Weaviate 1\.34\.0 objects do not expire/)
  t.equal((await store.schema('Note'))?.objectTtlConfig, undefined)
})

t.test('a dry run shows each change, and makes nothing', async (t) => {
  const { ended, said, store } = await restored({ dryRun: true }, { version: '1.34.0' })
  t.equal((await ended).report.status, 'planned')
  t.match(said.join('\n'), /objectTtlConfig/)
  t.equal(await store.schema('Note'), undefined)
})

t.test('with --no-migrate nothing is written, and each setting that would be lost is named', async (t) => {
  const { ended, store } = await restored({ migrate: false }, { version: '1.34.0' })
  await t.rejects(ended, { code: 'ELYSIA_CONFLICT', message: /objectTtlConfig \(in Weaviate 1\.34\.0/ })
  t.equal(await store.schema('Note'), undefined)
})

t.test('what only a refusal tells is changed then, and the class is made', async (t) => {
  const { ended, said, store } = await restored({}, { version: '1.38.0' }, NO_GSE)
  const { report, error } = await ended
  t.equal(error, undefined)
  t.match(report, { status: 'done', patches: [{ rule: 'tokenizer-off', from: 'gse', to: 'trigram' }] })
  t.strictSame(report.schema_differences, [])
  t.match(said.join('\n'), /properties\.text\.tokenization.*has not enabled gse/)
  t.match(await store.schema('Note'), { properties: [{ tokenization: 'trigram' }] })
})

t.test('a refusal that no rule knows, and any with --no-migrate, ends the restore', async (t) => {
  for (const [options, words] of [
    [{}, 'no more classes here'],
    [{ migrate: false }, NO_GSE],
  ] as const) {
    const { ended, store } = await restored(options, { version: '1.38.0' }, words)
    t.match((await ended).error, { message: new RegExp(words.slice(0, 20)) })
    t.equal(await store.schema('Note'), undefined)
  }
})
