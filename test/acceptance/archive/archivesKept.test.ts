// The acceptance cases 30 and 31: archives that are kept and listed, in every format and compression. (Case 32 speaks
// of parts of collections, of which there is only that of some tenants: test/job/restore/restore.test.ts.)
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import type { Manifest } from '../../../lib/archive/manifest.ts'
import { manifestText } from '../../../lib/archive/manifestFile.ts'
import { type Home, home } from '../../bin/elysiactl.ts'
import { some } from '../../bin/runs.ts'
import { idOf, THING } from '../../job/backup/archived.ts'
import { drawing } from '../../job/ingest/killing.ts'
import { cat, embedded, fill, listed, report, restoreReport } from './archives.ts'

function firstPart(archive: string): string {
  const directory = join(archive, 'parts')
  return join(directory, readdirSync(directory)[0]!)
}

function flip(path: string): void {
  chmodSync(path, 0o600)
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(path, bytes)
}

t.test(
  'case 30: a backup is listed with what a person asks for, and one flipped byte is found',
  async (t) => {
    const place = home(t)
    await fill(embedded(place), 100)
    const made = report(
      await place.run(['col', 'backup', 'Thing', '--target', embedded(place), '--tag', 'gold', '--json']),
    )
    const [one, ...more] = await listed(place)
    t.strictSame(more, [])
    t.match(one, {
      id: made.archive,
      collection: 'Thing',
      bytes: made.bytes,
      started_at: /^20\d\d-\d\d-\d\dT/,
      target: /own\.db/,
      format: 'jsonl',
      objects: 100,
      tags: ['gold'],
      status: 'complete',
    })
    const verify = ['col', 'catalog', 'verify', made.archive]
    t.match(await place.run(verify), { code: 0, stderr: /complete/ })
    flip(firstPart(made.location))
    t.match(await place.run(verify), { code: 4, stderr: /r0000-00000.*has a SHA-256 that does not match/ })
    t.match(await listed(place), [{ damaged: true }], 'and that is remembered')
    t.match(await place.run(['col', 'restore', made.archive, '--target', embedded(place, 'other.db')]), {
      code: 4,
    })
  },
)

/** Makes an archive so many days older than it is. */
function age(archive: string, days: number): void {
  const older = (time: string) => new Date(Date.parse(time) - days * 86_400_000).toISOString()
  const { manifest } = JSON.parse(readFileSync(join(archive, 'manifest.json'), 'utf8')) as {
    manifest: Manifest
  }
  const text = manifestText({
    ...manifest,
    started: older(manifest.started),
    finished: older(manifest.finished),
  })
  for (const name of ['manifest.json', 'manifest.copy.json']) {
    chmodSync(join(archive, name), 0o600)
    writeFileSync(join(archive, name), text)
  }
}

t.test('case 30: a cleanup of those older than 30 days removes file and row of these alone', async (t) => {
  const place = home(t)
  await fill(embedded(place), 10)
  const backup = ['col', 'backup', 'Thing', '--target', embedded(place), '--json']
  const all = []
  for (const days of [90, 40, 0]) {
    const { archive, location } = report(await place.run(backup))
    if (days > 0) age(location, days)
    all.push({ archive, location, days })
  }
  t.equal((await place.run(['col', 'catalog', 'rebuild'])).code, 0)
  const cleanup = ['col', 'catalog', 'cleanup', '--older-than', '30d', '--json']
  t.equal(JSON.parse((await place.run(cleanup)).stdout).status, 'planned')
  t.ok(all.every(({ location }) => existsSync(location)))
  const { code, stdout, stderr } = await place.run([...cleanup, '--yes'])
  t.equal(code, 0, stderr)
  const gone = all.filter(({ location }) => !existsSync(location)).map(({ archive }) => archive)
  t.strictSame(gone.sort(), [...JSON.parse(stdout).removed].sort())
  // The rule keeps what covers the last 30 days: the youngest of those before them.
  t.strictSame(gone, [all[0]!.archive])
  t.strictSame(
    (await listed(place, '--status', 'complete')).map(({ id }) => id).sort(),
    all
      .slice(1)
      .map(({ archive }) => archive)
      .sort(),
  )
})

/** Of this repository’s own sources every fourth file, an object a file. */
function sources(): { path: string; text: string }[] {
  const root = fileURLToPath(new URL('../../../lib', import.meta.url))
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const some = names.sort().filter((_, n) => n % 4 === 0)
  return some.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

async function withSources(t: Test): Promise<Home> {
  const place = home(t)
  const files = sources()
  const properties = ['path', 'text'].map((name) => ({ name, dataType: ['text'] }))
  await fill(embedded(place), files.length, { class: 'Thing', vectorizer: 'none', properties }, (n, of) => ({
    id: idOf(n, of),
    properties: { ...files[n]! },
  }))
  return place
}

/** About a tenth above what they are: the sample changes with each file of `lib`. */
const KINDS: readonly (readonly [to: string, most: number, ...flags: string[]])[] = [
  ['json', 1.1, '--format', 'json', '--compression', 'none'],
  ['gzip', 0.3, '--compression', 'gzip'],
  ['lz4', 0.5, '--compression', 'lz4'],
  ['zstd', 0.3, '--compression', 'zstd'],
  ['parquet', 0.4, '--format', 'parquet'],
  ['one.jsonl.gz', 0.3],
]

t.test(
  'case 31: whatever the format and compression, the same comes back; source text gets small',
  async (t) => {
    const place = await withSources(t)
    const from = ['--target', embedded(place)]
    const before = await cat(place, 'Thing', embedded(place))
    const plain = report(
      await place.run([
        'col',
        'backup',
        'Thing',
        ...from,
        '--to',
        'plain',
        '--compression',
        'none',
        '--json',
      ]),
    )
    for (const [to, most, ...flags] of some(KINDS)) {
      const made = await place.run(['col', 'backup', 'Thing', ...from, '--to', to, '--json', ...flags])
      const { bytes, digest } = report(made)
      t.equal(digest, plain.digest, to)
      t.ok(
        bytes < most * plain.raw_bytes,
        `${to}: ${((100 * bytes) / plain.raw_bytes).toFixed(1)} % of the lines`,
      )
      const store = embedded(place, `${to}.db`)
      t.match(
        restoreReport(await place.run(['col', 'restore', to, '--target', store, '--json'])),
        { status: 'done' },
        to,
      )
      t.strictSame(await cat(place, 'Thing', store), before, to)
    }
  },
)

t.test('case 31: Parquet of many objects with vectors is less than half of their JSON', async (t) => {
  const place = home(t)
  // Numbers as models make them: without a pattern, but of one size.
  const draw = drawing(7)
  await fill(embedded(place), 500, THING, (n, of) => ({
    id: idOf(n, of),
    properties: { title: `a thing of number ${n}`, count: n, kind: ['red', 'green', 'blue'][n % 3]! },
    vector: Float32Array.from({ length: 384 }, () => (draw() - 0.5) * 0.1),
  }))
  const from = ['col', 'backup', 'Thing', '--target', embedded(place), '--json']
  const json = report(
    await place.run([...from, '--to', 'json', '--format', 'json', '--readable', '--compression', 'none']),
  )
  const parquet = report(await place.run([...from, '--to', 'parquet', '--format', 'parquet']))
  const share = parquet.bytes / json.bytes
  t.ok(share < 0.5, `${(100 * share).toFixed(1)} %`)
  t.equal(parquet.digest, json.digest)
})

t.test(
  'case 31: a compressed file that is cut short is exit 4, and nothing is half restored unsaid',
  async (t) => {
    const place = await withSources(t)
    const from = ['--target', embedded(place)]
    for (const to of some(['one.jsonl.gz', 'one.jsonl.zst', 'one.jsonl.lz4'])) {
      t.equal((await place.run(['col', 'backup', 'Thing', ...from, '--to', to])).code, 0)
      const path = join(place.directory, to)
      chmodSync(path, 0o600)
      truncateSync(path, Math.floor(statSync(path).size * 0.6))
      t.match(await place.run(['col', 'catalog', 'verify', to]), { code: 4, stderr: /cut short|damaged/ }, to)
      const store = `${to}.db`
      const { code, stderr } = await place.run(['col', 'restore', to, '--target', `sqlite:${store}`])
      t.match({ code, stderr }, { code: 4, stderr: /cut short|damaged/ }, to)
      const ls = await place.run(['col', 'ls', '--target', `sqlite:${store}`, '--json'])
      t.notMatch(ls.stdout, /"objects":[1-9]/, 'the file was looked through before anything was written')
    }
  },
)
