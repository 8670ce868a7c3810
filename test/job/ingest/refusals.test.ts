import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { ingestFiles } from '../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../lib/job/ingest/input.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'

const LINE = `${JSON.stringify({ repo: 'acme', op: 'add', path: 'a', content: 'text' })}\n`

function stdin(text: string): Input {
  return { name: 'stdin', rereadable: false, open: () => Readable.from([Buffer.from(text)]) }
}

t.test('rejects are never written over the input, nor over the schema', async (t) => {
  const directory = t.testdir({ 'in.jsonl': `bad\n${LINE}`, 'class.json': '{"class":"Mine"}' })
  const path = join(directory, 'in.jsonl')
  const input: Input = { name: path, rereadable: true, open: () => createReadStream(path) }
  for (const rejectsPath of [path, join(directory, 'class.json')]) {
    const options = { collection: 'Mine', schema: join(directory, 'class.json') }
    await t.rejects(ingestFiles([input], openMemory(), options, { rejectsPath }), { code: 'ELYSIA_USAGE' })
  }
  t.equal(readFileSync(path, 'utf8'), `bad\n${LINE}`)
  t.equal(readFileSync(join(directory, 'class.json'), 'utf8'), '{"class":"Mine"}')
})

t.test('a dry run refuses the names that the real one would', async (t) => {
  const store = openMemory()
  await store.create({ class: 'Zoo', vectorizer: 'none' })
  await store.createAlias({ alias: 'Animals', collection: 'Zoo' })
  for (const collection of ['ZOO', 'Animals']) {
    for (const dryRun of [true, false]) {
      const { error } = await ingestFiles([stdin(LINE)], store, { collection, dryRun }, {}).catch(
        (error) => ({ error }),
      )
      t.match(error, { code: 'ELYSIA_CONFLICT' }, `${collection} ${dryRun}`)
    }
  }
  t.strictSame(
    (await store.list()).map(({ name }) => name),
    ['Zoo'],
  )
})

t.test('all records go to the tenant that is named, or each to that of its repository', async (t) => {
  for (const [options, tenant] of [
    [{ tenant: 'mine' }, 'mine'],
    [{ tenantBy: 'repo' }, 'acme'],
  ] as const) {
    const store = openMemory()
    const { report } = await ingestFiles([stdin(LINE)], store, { collection: 'Code', ...options }, {})
    t.match(report, { written: 1 })
    t.strictSame(await store.tenants('Code'), [tenant])
    t.equal(await store.collection('Code').count({ tenant }), 1)
  }
})
