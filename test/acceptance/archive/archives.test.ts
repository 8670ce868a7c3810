// The acceptance cases 23 to 26: backups and restores through the real command, with a server as their witness.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Home, home } from '../../bin/elysiactl.ts'
import { type Double, weaviateDouble } from '../../double/double.ts'
import { idOf, THING } from '../../job/backup/archived.ts'
import { cat, embedded, fill, report, restoreReport } from './archives.ts'

async function server(t: Test): Promise<Double> {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  return double
}

/** What changes something, as the server counted it: calls by REST, and objects. (A greeting is a batch without any.) */
function writes({ calls }: Double): Record<string, number> {
  const byRest = Object.entries(calls.by).filter(([name]) => /^(POST|PUT|PATCH|DELETE) /.test(name))
  return { ...Object.fromEntries(byRest), objects: calls.objectsReceived }
}

const toJson = ['--compression', 'none', '--json']

t.test('case 23: 250 objects are read in a few pages and stand in order of id', async (t) => {
  const [place, double] = [home(t), await server(t)]
  await fill(double.target, 250, THING, (n, of) => ({ id: idOf(n, of), properties: { title: `obj${n}` } }))
  const before = double.calls.by.Search ?? 0
  const flags = ['--target', double.target, '--workers', '1', '--to', 'archive']
  const { code, stdout, stderr } = await place.run(['col', 'backup', 'Thing', ...flags, ...toJson])
  t.equal(code, 0, stderr)
  t.match(JSON.parse(stdout), { objects: 250, counts: { before: 250, after: 250, written: 250 } })
  t.ok((double.calls.by.Search ?? 0) - before <= 12, `${(double.calls.by.Search ?? 0) - before} searches`)
  const lines = readFileSync(join(place.directory, 'archive/parts/r0000-00000.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  const titles = lines.map((line) => JSON.parse(line).properties.title)
  t.strictSame([titles.length, titles[0], titles.at(-1)], [250, 'obj0', 'obj249'])
  const ids = lines.map((line) => JSON.parse(line).id)
  t.strictSame(ids, [...ids].sort())
})

t.test(
  'case 23: 10 500 objects are all there, beyond the window of 10 000, with vectors bit for bit',
  async (t) => {
    const [place, double] = [home(t), await server(t)]
    await fill(double.target, 10_500)
    const from = ['--target', double.target]
    const to = ['--to', 'archive', '--workers', '4']
    const whole = await place.run(['col', 'backup', 'Thing', ...from, ...to, '--json'])
    t.match(report(whole), { objects: 10_500, vectors: 10_500, counts: { written: 10_500 } }, whole.stderr)
    const restored = await place.run(['col', 'restore', 'archive', '--target', embedded(place), '--json'])
    t.match(restoreReport(restored), {
      status: 'done',
      written: 10_500,
      verification: { digest_equal: true },
    })
    t.strictSame(await cat(place, 'Thing', embedded(place)), await cat(place, 'Thing', double.target))

    await fill(double.target, 300, { ...THING, class: 'Few' })
    const few = await place.run(['col', 'backup', 'Few', ...from, '--json', '--no-vectors', '--to', 'bare'])
    t.match(report(few), { objects: 300, vectors: 0 })
    const bare = ['col', 'restore', 'bare', '--target', embedded(place), '--name', 'Bare', '--json']
    t.match(restoreReport(await place.run(bare)), { written: 300, vectors: 0 })
    t.notMatch((await cat(place, 'Bare', embedded(place)))[0], /"vector"/)
  },
)

t.test('case 24: a schema-only backup keeps the count, and its restore is one write', async (t) => {
  const [place, double] = [home(t), await server(t)]
  await fill(embedded(place), 40)
  const flags = ['--target', embedded(place), '--schema-only', '--to', 'archive', '--json']
  t.match(report(await place.run(['col', 'backup', 'Thing', ...flags])), {
    objects: 0,
    parts: 0,
    counts: { before: 40 },
  })
  const { manifest } = JSON.parse(readFileSync(join(place.directory, 'archive/manifest.json'), 'utf8'))
  t.match(manifest, { content: 'schema-only', counts: { before: 40, written: 0 }, parts: [] })
  const restore = (...more: string[]) =>
    place.run(['col', 'restore', 'archive', '--target', double.target, ...more])
  t.equal((await restore()).code, 0)
  t.strictSame(writes(double), { 'POST /v1/schema': 1, objects: 0 })
  t.equal((await restore('--name', 'other-things')).code, 0)
  t.strictSame(double.collections.names().sort(), ['OtherThings', 'Thing'])
})

t.test('case 24: under another name the class and every object carry it, and properties stay', async (t) => {
  const [place, double] = [home(t), await server(t)]
  await fill(embedded(place), 30)
  t.equal(
    (await place.run(['col', 'backup', 'Thing', '--target', embedded(place), '--to', 'archive'])).code,
    0,
  )
  const flags = ['--target', double.target, '--name', 'other-things']
  t.equal((await place.run(['col', 'restore', 'archive', ...flags])).code, 0)
  t.strictSame(double.collections.names(), ['OtherThings'])
  const lines = await cat(place, 'OtherThings', double.target)
  t.strictSame(lines, await cat(place, 'Thing', embedded(place)))
})

/** A home with an archive, and a server that has the collection already. */
async function taken(t: Test): Promise<{ place: Home; double: Double }> {
  const [place, double] = [home(t), await server(t)]
  await fill(embedded(place), 30)
  t.equal(
    (await place.run(['col', 'backup', 'Thing', '--target', embedded(place), '--to', 'archive'])).code,
    0,
  )
  await fill(double.target, 3)
  return { place, double }
}

t.test('case 25: a class that is there refuses a restore, and not one call writes', async (t) => {
  const { place, double } = await taken(t)
  const before = writes(double)
  const into = ['--target', double.target]
  t.match(await place.run(['col', 'restore', 'archive', ...into]), { code: 5, stderr: /--name/ })
  t.match(await place.run(['col', 'restore', 'archive', ...into, '--dry-run']), { code: 5 })
  const dry = await place.run(['col', 'restore', 'archive', ...into, '--name', 'Free', '--dry-run', '--json'])
  t.match(restoreReport(dry), { status: 'planned', written: 0 })
  t.strictSame(writes(double), before)
  t.equal(double.objects('Thing').length, 3)
})

const DOCUMENT = {
  metadata: { version: '1.0', collection: 'Old', type: 'full-backup', object_count: 1 },
  schema: { class: 'Old', vectorizer: 'none', properties: [{ name: 'title', dataType: ['text'] }] },
  objects: [{ id: idOf(1), class: 'Old', properties: { title: 'from long ago' }, vector: [1, 2, 3] }],
}

t.test(
  'case 25: what is missing is named, another version is said, and old documents are restored',
  async (t) => {
    const place = home(t)
    const restore = async (name: string, document?: object) => {
      if (document !== undefined) writeFileSync(join(place.directory, name), JSON.stringify(document))
      return place.run(['col', 'restore', name, '--target', `sqlite:${name}.db`, '--json'])
    }
    t.match(await restore('nowhere.json'), { code: 10, stderr: /there is no file nowhere\.json/ })
    const { metadata, schema, objects } = DOCUMENT
    t.match(await restore('a.json', { schema, objects }), { code: 4, stderr: /no section metadata/ })
    t.match(await restore('b.json', { metadata, objects }), { code: 4, stderr: /no section schema/ })
    for (const name of ['nowhere.json', 'a.json', 'b.json'])
      t.notOk(existsSync(join(place.directory, `${name}.db`)), name)
    const other = await restore('c.json', { ...DOCUMENT, metadata: { ...metadata, version: '2.7' } })
    t.match(other, { code: 0, stderr: /2\.7/ })
    const old = await restore('d.json', DOCUMENT)
    t.match(restoreReport(old), { kind: 'original', class: 'Old', written: 1, vectors: 1 })
    t.match(await cat(place, 'Old', 'sqlite:d.json.db'), [/from long ago.*"vector"/])
  },
)

t.test('case 26: one object of 300 that is refused is counted and told, with exit 3', async (t) => {
  const [place, double] = [home(t), await server(t)]
  await fill(embedded(place), 300)
  t.equal(
    (await place.run(['col', 'backup', 'Thing', '--target', embedded(place), '--to', 'archive'])).code,
    0,
  )
  const id = idOf(123, 300)
  double.faults.inject({ fault: 'perObject', ids: [id], text: 'the vector lengths differ' })
  const flags = ['--target', double.target, '--rejects', 'rejects.jsonl', '--json']
  const ended = await place.run(['col', 'restore', 'archive', ...flags])
  t.equal(ended.code, 3, ended.stderr)
  t.match(restoreReport(ended), { objects: 300, written: 299 })
  t.strictSame(restoreReport(ended).rejected, { store_rejected: 1 })
  const [line, ...more] = readFileSync(join(place.directory, 'rejects.jsonl'), 'utf8').trimEnd().split('\n')
  t.match(JSON.parse(line!), { id, reason: /vector lengths differ/, object: { id } })
  t.strictSame(more, [])
  t.equal(double.objects('Thing').length, 299)
})

t.test(
  'case 26: a batch that fails for good ends the restore, and what was restored is counted',
  async (t) => {
    const [place, double] = [home(t), await server(t)]
    await fill(embedded(place), 300)
    t.equal(
      (await place.run(['col', 'backup', 'Thing', '--target', embedded(place), '--to', 'archive'])).code,
      0,
    )
    double.faults.inject({
      fault: 'status',
      code: 'UNKNOWN',
      text: 'something is wrong',
      on: 'BatchObjects',
      skip: 3,
    })
    const flags = ['--target', double.target, '--batch-size', '50', '--workers', '1', '--json']
    const ended = await place.run(['col', 'restore', 'archive', ...flags])
    t.equal(ended.code, 1, ended.stderr)
    t.match(ended.stderr, /something is wrong/)
    const { status, written, error } = restoreReport(ended)
    t.match({ status, error }, { status: 'failed', error: { message: /something is wrong/ } })
    t.equal(written, double.objects('Thing').length)
    t.ok(written > 0 && written < 300, `${written} were written`)
    double.faults.clear()
    const again = await place.run(['col', 'restore', 'archive', ...flags])
    t.match(restoreReport(again), { status: 'done', written: 300 }, 'and the same command brings the rest')
  },
)
