// `elysiactl diff`: operands, lines, documents and exit codes.
import { chmodSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { ingest } from '../../../lib/job/ingest/ingest.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { type Home, home } from '../elysiactl.ts'

const CONFIG = 'targets: { one: "sqlite:one.db", two: "sqlite:two.db" }\ntarget: one\n'
const record = (path: string, content: string) =>
  `${JSON.stringify({ repo: 'r', op: 'add', path, content })}\n`

/** Two targets with a collection each: they share a.ts, have b.ts otherwise, and one object alone. */
async function furnished(t: Test): Promise<Home> {
  const at = home(t, { 'elysiactl.yaml': CONFIG })
  for (const [target, own] of [
    ['one', 'c.ts'],
    ['two', 'd.ts'],
  ] as const) {
    const input = record('a.ts', 'same') + record('b.ts', target) + record(own, 'alone')
    const store = await openSqlite(join(at.directory, `${target}.db`))
    const { status } = await ingest(Readable.from([Buffer.from(input)]), store, { collection: 'docs' })
    t.equal(status, 'done')
    await store.close()
  }
  return at
}

/** Nobody writes to these stores. */
const AT_ONCE = ['--recheck-after', '0']

const DIFFERENT = /^\* \S{36} {2}content, content_hash, record_hash$/m

t.test('a line for all that differs, the summary on stderr, and exit 3', async (t) => {
  const at = await furnished(t)
  for (const [a, b] of [
    ['one/Docs', 'sqlite:two.db#docs'],
    ['#docs', 'two#Docs'],
  ] as const) {
    const { code, stdout, stderr } = await at.run(['diff', a, b, ...AT_ONCE])
    t.equal(code, 3, stderr)
    t.strictSame(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line[0])
        .toSorted(),
      ['*', '+', '-'],
    )
    t.match(stdout, DIFFERENT)
    t.match(stderr, /\n {4}equal +1\n {4}only left +1\n {4}only right +1\n {4}different +1\n/)
  }
  const quiet = await at.run(['diff', 'docs', 'two/docs', '-q', '--ids-only', ...AT_ONCE])
  t.equal(quiet.stdout.trimEnd().split('\n').length, 2)
  t.match(quiet.stderr, /^error: Docs in \S+ and Docs in \S+ differ: 1 only left, 1 only right\n$/)
  const all = await at.run(['diff', 'docs', 'docs', '--all', '-q'])
  t.match(all, { code: 0, stderr: '', stdout: /^(= \S{36}\n){3}$/ })
})

t.test('--json is one document, a finding a line, the report behind them', async (t) => {
  const at = await furnished(t)
  const { code, stdout } = await at.run(['diff', 'docs', 'two/docs', '--json', ...AT_ONCE])
  t.equal(code, 3)
  const { findings, ...report } = JSON.parse(stdout)
  t.equal(findings.length, 3)
  t.match(findings.find(({ sign }: { sign: string }) => sign === '*').properties, ['content'])
  t.match(report, { status: 'done', is_equal: false, equal: 1, only_left: 1, only_right: 1, different: 1 })
  t.equal(stdout.split('\n').length, 6)
})

t.test(
  'archives by path, by id, and the newest one; a damaged one is exit 4, and lacks nothing',
  async (t) => {
    const at = await furnished(t)
    t.match(await at.run(['col', 'backup', 'docs', '--compression', 'none']), { code: 0 })
    t.match(await at.run(['col', 'backup', 'docs', '--to', 'docs.jsonl.zst']), { code: 0 })
    const { archives } = JSON.parse((await at.run(['col', 'catalog', 'list', '--json'])).stdout)
    const { id, location } = archives.find(({ shape }: { shape: string }) => shape === 'directory')
    // Beyond the time: both archives may be of one second.
    for (const operand of [id, id.slice(0, 22), 'latest:docs', location, './docs.jsonl.zst']) {
      t.match(await at.run(['diff', 'docs', operand]), { code: 0, stdout: '' }, operand)
      const { code, stdout } = await at.run(['diff', operand, 'two/docs', ...AT_ONCE])
      t.equal(code, 3, operand)
      t.equal(stdout.trimEnd().split('\n').length, 3)
    }
    const parts = join(location, 'parts')
    const part = join(parts, readdirSync(parts)[0]!)
    chmodSync(part, 0o600)
    truncateSync(part, 200)
    const { code, stdout, stderr } = await at.run(['diff', id, 'docs'])
    t.match({ code, stdout }, { code: 4, stdout: '' })
    t.match(stderr, /error: part \S+ is 200 bytes long, the manifest says \d+/)
    const document = await at.run(['diff', 'docs', id, '--json'])
    t.match(JSON.parse(document.stdout), {
      findings: [],
      status: 'failed',
      error: { code: 'ELYSIA_DAMAGED' },
    })
  },
)

t.test('plain objects are of the class of the other side', async (t) => {
  const at = await furnished(t)
  const { stdout } = await at.run(['col', 'cat', 'docs'])
  writeFileSync(join(at.directory, 'objects.jsonl'), stdout.split('\n').reverse().join('\n').trimStart())
  t.match(await at.run(['diff', 'docs', 'objects.jsonl']), { code: 0, stdout: '' })
  t.match(await at.run(['diff', 'objects.jsonl', 'docs']), { code: 0, stdout: '' })
})

t.test('what an operand means is told, or refused before anything is opened', async (t) => {
  const at = await furnished(t)
  const refused = async (code: number, text: RegExp, ...operands: string[]) => {
    const ended = await at.run(['diff', ...operands])
    t.match(ended, { code, stdout: '', stderr: text }, operands.join(' '))
  }
  mkdirSync(join(at.directory, 'docs'))
  t.match(await at.run(['diff', 'docs', '#docs']), { code: 0 }, 'any directory may be called as a collection')
  writeFileSync(join(at.directory, 'dogs'), '')
  await refused(
    1,
    /dogs means the file or directory here; #dogs means the collection[\s\S]*dogs is not an archive: it is empty/,
    'dogs',
    '#docs',
  )
  await refused(2, /standard input cannot be compared/, '-', '#docs')
  await refused(2, /names no collection/, 'two#', '#docs')
  await refused(2, /no collection is given/, '#docs')
  await refused(10, /configured targets are one, two/, '#docs', 'three/docs')
  await refused(10, /did you mean two/, '#docs', 'twoo#docs')
  await refused(10, /there is no collection Dogs/, '#docs', '#dogs')
  await refused(2, /did you mean content/, '#docs', 'two#docs', '--properties', 'contents')
})
