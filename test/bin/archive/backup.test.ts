import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { freeFile } from '../../../lib/job/backup/destination.ts'
import type { BackupReport } from '../../../lib/job/backup/report.ts'
import { weaviateDouble } from '../../double/double.ts'
import { type Home, home } from '../elysiactl.ts'
import { filled, idOf, STORE } from '../filled.ts'
import { some } from '../runs.ts'

const BACKUP = ['col', 'backup', 'SourceCode', ...STORE]

/** A home with a store of so many objects, of so many paths. */
async function store(t: Parameters<typeof home>[0], count = 300, paths = count): Promise<Home> {
  const at = home(t)
  const objects = Array.from({ length: count }, (_, n) => ({
    id: idOf(n),
    properties: { path: `p${n % paths}`, text: 'some text '.repeat(50) },
  }))
  await filled(at, 'SourceCode', objects)
  return at
}

/** The files of an archive's parts, with their paths. */
function parts(at: Home, archive: string): string[] {
  const directory = join(at.directory, archive, 'parts')
  return readdirSync(directory).map((name) => join(directory, name))
}

function flip(path: string): void {
  chmodSync(path, 0o600)
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(path, bytes)
}

t.test('a backup says what it holds, is listed, and is found whole by its id', async (t) => {
  const at = await store(t)
  const { code, stdout, stderr } = await at.run(['col', 'backup', 'source-code', ...STORE])
  t.equal(code, 0, stderr)
  t.equal(stdout, '', 'stdout is for data')
  t.match(stderr, /objects +300 \(the store counted 300 before, 300 after\)/)
  const listed = JSON.parse((await at.run(['col', 'catalog', 'list', '--json'])).stdout)
  t.match(listed.archives, [{ status: 'complete', collection: 'SourceCode', objects: 300 }])
  const verified = await at.run([
    'col',
    'catalog',
    'verify',
    listed.archives[0].id,
    '--level',
    'records',
    '--json',
  ])
  t.match(JSON.parse(verified.stdout).verifications, [{ status: 'complete', objects_checked: 300 }])
  const { archives } = JSON.parse((await at.run(['col', 'catalog', 'list', '--json'])).stdout)
  t.match(archives[0], { verified: { level: 'records', ok: true } }, 'and that is remembered')
})

t.test('a byte that was flipped is exit 4, and the part is named', async (t) => {
  const at = await store(t)
  await at.run([...BACKUP, '--to', 'archive', '--part-size', '64KiB'])
  const [part] = parts(at, 'archive')
  flip(part!)
  const { code, stderr } = await at.run(['col', 'catalog', 'verify', 'archive'])
  t.equal(code, 4)
  t.match(stderr, /parts\/r0000-00000.*has a SHA-256 that does not match/)
})

t.test('a collection that does not exist is exit 10, and the nearest is named', async (t) => {
  const at = await store(t)
  const { code, stderr } = await at.run(['col', 'backup', 'SourceCods', ...STORE])
  t.equal(code, 10)
  t.match(stderr, /did you mean SourceCode/)
})

t.test('a place that is not empty is exit 5, and stays as it is', async (t) => {
  const at = await store(t)
  t.equal((await at.run([...BACKUP, '--to', 'archive'])).code, 0)
  const before = readFileSync(join(at.directory, 'archive', 'manifest.json'), 'utf8')
  t.equal((await at.run([...BACKUP, '--to', 'archive'])).code, 5)
  t.equal((await at.run([...BACKUP, '--to', 'archive', '--resume'])).code, 5)
  t.equal(readFileSync(join(at.directory, 'archive', 'manifest.json'), 'utf8'), before)
})

t.test('what no backup can be told is exit 2, and it says what would do', async (t) => {
  const at = await store(t, 3)
  for (const [words, said] of [
    [['--format', 'xml'], /jsonl/],
    [['--compression', 'zstd:99'], /1 to 19/],
    [['--partition-by', 'nothing'], /no property nothing/],
    [['--to', 'a.jsonl.gz', '--compression', 'zstd'], /the name decides/],
    [['--tenant', 'a'], /has no tenants/],
  ] as const) {
    const { code, stderr } = await at.run([...BACKUP, ...words])
    t.equal(code, 2, `${words.join(' ')}: ${stderr}`)
    t.match(stderr, said)
  }
})

t.test('a dry run says what would be read, and writes nothing', async (t) => {
  const at = await store(t)
  const { code, stderr } = await at.run([...BACKUP, '--to', 'archive', '--dry-run'])
  t.equal(code, 0)
  t.match(stderr, /300 objects/)
  t.notOk(existsSync(join(at.directory, 'archive')))
  t.notOk(existsSync(join(at.directory, 'data')), 'no catalog and no lock either')
})

t.test('every compression, format and single file holds the same objects', async (t) => {
  const at = await store(t, 40, 6)
  const digests = new Set<string>()
  const others = some([
    ['gzip', '--compression', 'gzip:9'],
    ['lz4', '--compression', 'lz4'],
    ['zstd', '--compression', 'zstd:1', '--part-size', '16KiB', '-j', '4'],
    ['json', '--format', 'json'],
    ['parquet', '--format', 'parquet'],
    ['one.jsonl.zst'],
    ['kinds', '--partition-by', 'path', '--part-size', '64KiB'],
  ])
  for (const [place, ...words] of [['none', '--compression', 'none'], ...others]) {
    const { code, stdout, stderr } = await at.run([...BACKUP, '--to', place!, '--json', ...words])
    t.equal(code, 0, `${place}: ${stderr}`)
    digests.add((JSON.parse(stdout) as BackupReport).digest)
    const verified = await at.run(['col', 'catalog', 'verify', place!, '--level', 'records'])
    t.equal(verified.code, 0, `${place}: ${verified.stderr}`)
  }
  t.equal(digests.size, 1)
})

t.test('Ctrl-C ends a backup between two parts, exit 130, and --resume finishes it', async (t) => {
  const at = await store(t, 1200)
  const words = [...BACKUP, '--to', 'archive', '--part-size', '16KiB']
  const { child, ended } = at.start(words)
  const journal = join(at.directory, 'archive', 'parts.jsonl')
  while (!existsSync(journal) || readFileSync(journal, 'utf8').split('\n').length < 4) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  child.kill('SIGINT')
  const { code, stderr } = await ended
  t.equal(code, 130, stderr)
  t.notOk(existsSync(join(at.directory, 'archive', 'manifest.json')))
  const { archives } = JSON.parse((await at.run(['col', 'catalog', 'list', '--json'])).stdout)
  t.match(archives, [{ status: 'partial' }])
  const resumed = await at.run([...words, '--resume', '--json'])
  t.equal(resumed.code, 0, resumed.stderr)
  const report = JSON.parse(resumed.stdout) as BackupReport
  t.equal(report.objects, 1200)
  t.ok(report.parts_kept >= 2, `${report.parts_kept} parts kept`)
})

t.test('a pipe whose reader goes away is exit 141, and no stack is shown', async (t) => {
  const at = await store(t, 1000)
  const { child, ended } = at.start([...BACKUP, '--to', '-', '--compression', 'none'])
  child.stdout!.once('data', () => child.stdout!.destroy())
  const { code, stderr } = await ended
  t.equal(code, 141, stderr)
  t.notMatch(stderr, /at .*\.(ts|js|cjs):/)
})

t.test('verify --level live reaches a server by its key, or by its name', async (t) => {
  const double = await weaviateDouble({ apiKey: 'right' })
  t.teardown(() => double.stop())
  const at = await store(t)
  await at.run([...BACKUP, '--to', 'archive'])
  writeFileSync(join(at.directory, 'key'), 'right', { mode: 0o600 })
  const key = ['--api-key-file', 'key']
  const restored = await at.run(['col', 'restore', 'archive', '--target', double.target, ...key])
  t.equal(restored.code, 0, restored.stderr)
  const verify = (...words: string[]) =>
    at.run(['col', 'catalog', 'verify', 'archive', '--level', 'live', '--json', '--against', ...words])
  t.equal((await verify(double.target)).code, 12)
  const whole = await verify(double.target, ...key)
  t.match(JSON.parse(whole.stdout).verifications, [{ status: 'complete', level: 'live' }], whole.stderr)
  t.match(whole.stderr, /\(--against\)/)
  const config = `targets: {office: {url: '${double.target}', api_key_file: '${at.directory}/key'}}\n`
  writeFileSync(join(at.directory, 'mine.yaml'), config, { mode: 0o600 })
  const named = await at.start(
    ['col', 'catalog', 'verify', 'archive', '--level', 'live', '--json', '--against', 'office'],
    ['env', 'ELYSIACTL_CONFIG=mine.yaml'],
  ).ended
  t.equal(named.code, 0, named.stderr)
})

t.test(
  'a backup into a file replaces nothing that has its name, no link either, and a dry run says so',
  async (t) => {
    const at = await store(t, 3)
    const path = (name: string) => join(at.directory, name)
    writeFileSync(path('theirs'), 'theirs')
    writeFileSync(path('file.jsonl'), 'theirs')
    symlinkSync(path('theirs'), path('link.jsonl'))
    symlinkSync(path('nothing'), path('astray.jsonl'))
    execFileSync('mkfifo', [path('pipe.jsonl')])
    for (const name of ['file', 'link', 'astray', 'pipe'].map((stem) => path(`${stem}.jsonl`)))
      await t.rejects(freeFile(name), { code: 'ELYSIA_CONFLICT', message: name })
    for (const flags of [[], ['--dry-run']])
      t.match(await at.run([...BACKUP, '--to', 'link.jsonl', ...flags]), { code: 5, stderr: /is a link/ })
    t.equal(readFileSync(path('file.jsonl'), 'utf8'), 'theirs')
    t.equal(readlinkSync(path('link.jsonl')), path('theirs'))
    t.equal(readlinkSync(path('astray.jsonl')), path('nothing'))
    t.notOk(existsSync(path('nothing')))
  },
)

t.test('the directory of an archive without a place of its own bears its id', async (t) => {
  const at = await store(t, 3)
  const { stdout } = await at.run(['col', 'backup', 'SourceCode', '--json', ...STORE])
  const { archive, location } = JSON.parse(stdout) as { archive: string; location: string }
  t.match(location, new RegExp(`/SourceCode/${archive}$`))
  t.ok(existsSync(join(location, 'manifest.json')))
})

t.test('latest:NAME is the newest complete archive of a collection', async (t) => {
  const at = await store(t, 3)
  t.match(await at.run(['col', 'restore', 'latest:source-code', '--name', 'none']), {
    code: 10,
    stderr: /there is no complete archive of SourceCode/,
  })
  const made: string[] = []
  for (const tag of ['first', 'second']) {
    const { stdout } = await at.run(['col', 'backup', 'SourceCode', '--tag', tag, '--json', ...STORE])
    made.push(JSON.parse(stdout).archive)
  }
  const newest = made.at(-1)!
  const { stdout } = await at.run(['col', 'catalog', 'show', 'latest:source-code', '--json'])
  t.match(JSON.parse(stdout), { id: newest, tags: ['second'] })
  const restored = await at.run([
    'col',
    'restore',
    'latest:source-code',
    '--name',
    'again',
    '--json',
    ...STORE,
  ])
  t.match(JSON.parse(restored.stdout).restores, [{ archive: newest, class: 'Again', written: 3 }])
  t.match(restored.stderr, `latest:source-code is ${newest}`)
  t.match(await at.run(['col', 'catalog', 'pin', 'latest:SourceCode']), { code: 0, stderr: newest })
  t.match(await at.run(['col', 'catalog', 'verify', 'latest:SourceCode']), { code: 0 })
  t.match(await at.run(['col', 'restore', 'latest:']), { code: 2, stderr: /names no collection/ })
  const words = await at.run(['completion', 'words', '--', 'col', 'restore', 'lat'])
  t.equal(words.stdout, 'latest:SourceCode\nthe newest archive of SourceCode\n')
})
