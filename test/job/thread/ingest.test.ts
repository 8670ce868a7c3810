import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { ingest, ingestFiles } from '../../../lib/job/ingest/ingest.ts'
import type { IngestOptionsInput } from '../../../lib/job/ingest/options.ts'
import { openState } from '../../../lib/run/state.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { directory, TARGETS } from '../targets.ts'

const record = (fields: object) => JSON.stringify({ repo: 'r', op: 'add', ...fields })

/** Lines of every kind: what a thread makes objects and rejects of, and what it leaves to the main thread. */
function lines(): Buffer {
  const large =
    '{"repo":"r","op":"add","path":"n","content":"c","metadata":{"n":12345678901234567890,"z":-0}}'
  const kinds = (n: number) => [
    record({ path: `a${n}`, content: `„ä“ 👍\n\u0001 ${n}`, metadata: { n, commit: 'c' } }),
    record({ path: `b${n}`, content: '', vector: [n, 0.5], timestamp: '2025-01-02T03:04:05.670+00:00' }),
    record({ path: `c${n}`, content_base64: Buffer.from(`text ${n}`).toString('base64') }),
    record({ path: `d${n}`, op: 'rename', new_path: `e${n}` }),
    record({ path: `a${n}`, op: 'rename', new_path: `moved${n}` }),
    record({ path: `b${n}`, op: 'modify', metadata: { changed: true } }),
    record({ path: `a${n - 1}`, op: 'delete' }),
    record({ path: `x${n}`, content_base64: 'no base64' }),
    record({ path: `s${n}`, skip_index: true, skip_reason: 'binary' }),
    JSON.stringify({ repo: 'r', new_changeset: { commit: `c${n}` } }),
    record({ path: `f${n}` }),
    'not JSON',
    '',
    '[]',
    record({ path: `a${n}`, content: 'again' }),
  ]
  const text = Array.from({ length: 20 }, (_, n) => kinds(n).join('\n')).join('\n')
  return Buffer.concat([Buffer.from(`${large}\n${text}\n`), Buffer.from([0x22, 0xff, 0x22, 0x0a])])
}

async function contents(store: Store) {
  const all = []
  for await (const page of store.collection('C').read({ properties: 'all', vectors: true })) all.push(...page)
  return all
}

async function taken(store: Store, place: string, options: Partial<IngestOptionsInput>) {
  const rejectsPath = join(place, 'rejects.jsonl')
  const given = { collection: 'c', batchSize: 7, ...options }
  const report = await ingest(Readable.from([lines()]), store, given, { rejectsPath })
  return { report, rejects: readFileSync(rejectsPath, 'utf8') }
}

// What a thread does ends before the store.
for (const [name, threads] of [
  ['memory', '1'],
  ['a Weaviate server', '2'],
] as const) {
  t.test(`into ${name}, a thread gives the same objects, outcomes and rejects`, async (t) => {
    const target = TARGETS[name]
    const [plain, threaded] = [await target(t), await target(t)]
    const before = await taken(plain, directory(t), { threads: '0' })
    const after = await taken(threaded, directory(t), { threads })
    t.strictSame(await contents(threaded), await contents(plain))
    t.equal(after.rejects, before.rejects)
    const counts = ({ id, started_at, seconds, ...report }: typeof before.report) => report
    t.match(counts(after.report), { rejected: { not_json: 20, invalid_utf8: 1 } })
    for (const field of [
      'lines',
      'written',
      'deleted',
      'unchanged',
      'rejected',
      'skipped',
      'control',
    ] as const)
      t.strictSame(after.report[field], before.report[field], field)
  })
}

t.test('a file, whose lines a thread decodes, gives the same in an embedded store', async (t) => {
  const home = directory(t)
  const file = join(home, 'lines.jsonl')
  const crlf = Buffer.from(lines().toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
  writeFileSync(file, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), crlf, crlf]))
  const input = { name: file, rereadable: true, open: () => createReadStream(file, { highWaterMark: 1000 }) }
  const run = async (threads: string) => {
    const store = await openSqlite(join(home, `${threads}.db`))
    t.teardown(() => store.close())
    const rejectsPath = join(home, `${threads}.jsonl`)
    const options = { collection: 'c', batchSize: 7, threads, coalesce: 'off' }
    const { report } = await ingestFiles([input], store, options, {
      rejectsPath,
      state: openState(store, join(home, 'state')),
    })
    const { written, unchanged, deleted, lines, rejected } = report
    const contained = await contents(store)
    return {
      counts: { written, unchanged, deleted, lines, rejected },
      contained,
      rejects: readFileSync(rejectsPath, 'utf8'),
    }
  }
  const [plain, threaded] = [await run('0'), await run('1')]
  t.match(plain.counts, { rejected: { invalid_utf8: 2, not_json: 40 } })
  t.strictSame(threaded, plain)
})

t.test('stopped anywhere, the same command goes on with a thread, and nothing is lost', async (t) => {
  const home = directory(t)
  const file = join(home, 'lines.jsonl')
  writeFileSync(file, lines())
  const store = await openSqlite(join(home, 'store.db'))
  t.teardown(() => store.close())
  const state = openState(store, join(home, 'state'))
  const input = { name: file, rereadable: true, open: () => createReadStream(file) }
  const options = { collection: 'c', batchSize: 5, threads: '1', coalesce: 'off' }
  const once = async (t: Test, after: number) => {
    const stop = new AbortController()
    let settled = 0
    const onInFlight = () => {
      settled += 1
      if (settled === after) stop.abort(new Error('enough'))
    }
    const { report } = await ingestFiles([input], store, options, { state, stop: stop.signal, onInFlight })
    t.ok(['interrupted', 'done'].includes(report.status), report.status)
    return report.status
  }
  let attempts = 1
  while ((await once(t, 60)) !== 'done') attempts += 1
  t.ok(attempts > 1, `${attempts} attempts`)
  const whole = await openSqlite(join(home, 'whole.db'))
  t.teardown(() => whole.close())
  await taken(whole, home, { threads: '0' })
  t.strictSame(await contents(store), await contents(whole))
})
