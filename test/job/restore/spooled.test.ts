// What cannot be read once comes through a pipe as well: it is kept in a temporary file, which goes with it.
import { existsSync, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import t from 'tap'
import { restore } from '../../../lib/job/restore/restore.ts'
import { openSource } from '../../../lib/job/restore/source/open.ts'
import { spoolPipe } from '../../../lib/job/restore/source/spoolPipe.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { objectsOf } from './restored.ts'

const LINES = Array.from({ length: 300 }, (_, n) =>
  JSON.stringify({ name: `film ${n}`, year: 1950 + n, id: n }),
)

async function piped(bytes: Buffer, onEvent: (event: RunEvent) => void = () => {}, more = {}) {
  const options = { name: 'Film', ...more }
  return openSource('-', { stdin: () => Readable.from([bytes], { objectMode: false }), options, onEvent })
}

t.test('plain lines need no schema, and the file goes', async (t) => {
  const seen: RunEvent[] = []
  const source = await piped(Buffer.from(LINES.join('\n')), (event) => seen.push(event), { idFrom: 'id' })
  const kept = seen.find((event) => event.type === 'source_spooled')
  t.ok(existsSync(kept!.directory))
  const store = openMemory()
  t.match(await restore(source, store, {}), { status: 'done', written: 300 })
  await source.close?.()
  t.notOk(existsSync(kept!.directory))
  const types = Object.fromEntries(
    (await store.schema('Film'))!.properties!.map((one) => [one.name, one.dataType]),
  )
  t.match(types, { name: ['text'], year: ['int'] })
})

t.test('Parquet is read as from a file, and the same bytes are the same source', async (t) => {
  const bytes = readFileSync(
    new URL('../../../fixtures/golden/parquet/parts/r0000-00000.parquet', import.meta.url),
  )
  const [one, other] = [await piped(bytes), await piped(bytes)]
  t.equal(one.identity, other.identity)
  t.equal(one.once, true)
  const store = openMemory()
  const { written } = await restore(one, store, {})
  const [{ name }] = (await store.list()) as [{ readonly name: string }]
  t.ok(written > 0)
  t.equal((await objectsOf(store, name)).length, written)
  await Promise.all([one.close?.(), other.close?.()])
})

t.test('a pipe that fails leaves no file', async (t) => {
  const seen: RunEvent[] = []
  const bytes = new Readable({ read: () => bytes.destroy(new Error('the cable')) })
  await t.rejects(
    spoolPipe({ name: 'standard input', bytes }, 'for a test', (event) => seen.push(event)),
    { code: 'ELYSIA_INPUT', message: /the cable/ },
  )
  t.match(seen, [{ type: 'source_spooled' }])
  t.notOk(existsSync((seen[0] as { readonly directory: string }).directory))
})
