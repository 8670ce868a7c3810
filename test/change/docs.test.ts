import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { fileId } from '../../lib/change/identity.ts'
import { validateChange } from '../../lib/change/validate.ts'
import type { Json } from '../../lib/core/object.ts'
import { withTables } from '../../scripts/schemas.ts'
import { some } from '../runs.ts'
import { type Example, examplePath, examples } from './examples.ts'
import { indexOf } from './plainIndex.ts'

const docs = new URL('../../docs/', import.meta.url)
const format = readFileSync(new URL('format.md', docs), 'utf8')
const guide = readFileSync(new URL('producers-and-consumers.md', docs), 'utf8')

const has = (command: string) => spawnSync(command, ['--version']).status === 0
const unless = (...commands: string[]) => ({ skip: commands.find((name) => !has(name)) ?? false })

/** A program of the guide, by the name above it. */
function program(name: string): string {
  const found = new RegExp(`<!-- program: ${name} -->\n\`\`\`\\w+\n([\\s\\S]*?)\`\`\`\n`).exec(guide)
  if (found?.[1] === undefined) throw new Error(`the guide has no program ${name}`)
  return found[1]
}

t.test('the tables of the format page are those of the code', async (t) => {
  t.equal(withTables(format), format, 'run npm run schemas')
})

t.test('the ids of the format page are those of the code', async (t) => {
  const rows = [...format.matchAll(/^\| `([^`]+)` \| `([^`]+)` \| `([0-9a-f-]{36})` \|$/gm)]
  t.equal(rows.length, 4)
  for (const [, repo, path, id] of rows) t.equal(fileId(String(repo), String(path)), id, `${repo} ${path}`)
})

t.test('the links of the pages lead somewhere', async (t) => {
  for (const [page, text] of Object.entries({ format, guide })) {
    for (const [, path = '', anchor] of text.matchAll(/\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g)) {
      if (path !== '') t.ok(existsSync(new URL(path, docs)), `${page}: ${path}`)
      const target = path === 'format.md' ? format : text
      if (anchor !== undefined) t.ok(anchors(target).includes(anchor), `${page}: #${anchor}`)
    }
  }
})

function anchors(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** Examples that a consumer without options can take. */
const plain = examples.filter(({ options = {} }) => {
  return options.contentRoot === undefined && options.maxLineBytes === undefined
})

const examplesMayTake = { ...unless('python3'), timeout: 120_000 }

t.test('the consumer of the guide gets every example right', examplesMayTake, async (t) => {
  const script = join(t.testdir({ 'consumer.py': program('consumer.py') }), 'consumer.py')
  for (const example of some(8, plain)) await consumes(t, script, example)
})

async function consumes(t: Test, script: string, { file, expect, state, options }: Example): Promise<void> {
  const { code, stdout, stderr } = await python(script, readFileSync(examplePath(file)))
  if (state !== undefined) t.strictSame(JSON.parse(stdout), state, file)
  const lines = [...stderr.matchAll(/^line (\d+): /gm)].map(([, line]) => Number(line))
  const bad =
    options?.strict === true ? [] : expect.flatMap((word, at) => (/^reject/.test(word) ? [at + 1] : []))
  t.strictSame(lines, bad, `${file}: the lines it refuses`)
  t.equal(code, bad.length === 0 ? 0 : 3, file)
}

/** The interpreter itself: what stands for it in the path may take longer to start than the program runs. */
const executable = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' })
const interpreter = executable.stdout?.trim() || 'python3'

function python(script: string, input: Buffer): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(interpreter, [script], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
    child.stdin?.end(input)
  })
}

t.test(
  'the producer of the guide tells what leads from commit to commit',
  unless('python3', 'git'),
  async (t) => {
    const home = t.testdir({ 'git-changes.py': program('git-changes.py'), notes: {} })
    const repo = join(home, 'notes')
    const sh = (script: string) =>
      execFileSync('sh', ['-ec', script], { cwd: repo, env, encoding: 'utf8' }).trim()
    sh(
      'git init -q; printf "one\\ntwo\\nthree\\n" > a.md; echo gone > b.md; printf "\\0" > c.bin; git add .; git commit -qm 1',
    )
    sh('git mv a.md ä.md; git rm -q b.md; echo new > "d e.md"; git add .; git commit -qm 2')
    const produce = (old: string, to: string) =>
      execFileSync('python3', [join(home, 'git-changes.py'), repo, old, to], { env, encoding: 'utf8' })
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Json)
    const empty = sh('git hash-object -t tree /dev/null')
    const records = [...produce(empty, 'HEAD~1'), ...produce('HEAD~1', 'HEAD')]
    for (const record of records) t.equal(validateChange(record, { strict: true }).fault, undefined)
    const index = await indexOf(records)
    const files = [...index.objects.values()].map(({ properties }) => [
      properties.file_path,
      properties.content,
    ])
    t.strictSame(files.sort(), [
      ['d e.md', 'new\n'],
      ['ä.md', 'one\ntwo\nthree\n'],
    ])
    t.ok(records.some((record) => (record as { op?: string }).op === 'rename'))
    t.match(records.at(-1), { repo: 'notes', new_changeset: { commit: sh('git rev-parse HEAD') } })
  },
)

const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
}

const source = { db: 'shop', table: 'articles' }
const ts_ms = 1756900800500
const row = (path: string, body: string) => ({ path, body })
const envelopes: Json[] = [
  { op: 'r', before: null, after: row('a', '1'), source, ts_ms },
  { payload: { op: 'c', before: null, after: row('b', '2'), source, ts_ms }, schema: {} },
  { op: 'u', before: row('a', '1'), after: row('a', '3'), source, ts_ms },
  { op: 'u', before: row('b', '2'), after: row('c', '2'), source, ts_ms },
  { op: 'c', before: null, after: row('d', '4'), source, ts_ms },
  { op: 'd', before: row('d', '4'), after: null, source, ts_ms },
  null,
]

t.test('the jq program of the guide turns envelopes into changes', unless('jq'), async (t) => {
  const script = join(t.testdir({ 'debezium.jq': program('debezium.jq') }), 'debezium.jq')
  const run = (input: readonly Json[]) =>
    spawnSync('jq', ['-c', '-f', script], {
      input: input.map((one) => JSON.stringify(one)).join('\n'),
      encoding: 'utf8',
    })
  const records = run(envelopes)
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json)
  for (const record of records) t.equal(validateChange(record, { strict: true }).fault, undefined)
  t.strictSame(
    records.map((record) => (record as { op: string }).op),
    ['add', 'add', 'modify', 'rename', 'add', 'delete'],
  )
  const index = await indexOf(records)
  t.equal(index.objects.size, 2)
  t.match(index.at('a')?.properties, {
    repository: 'shop.articles',
    content: '3',
    last_modified: '2025-09-03T12:00:00Z',
  })
  t.equal(index.at('c')?.properties.content, '2')
  const truncated = run([{ op: 't', before: null, after: null, source, ts_ms }])
  t.not(truncated.status, 0, 'what cannot be said is not passed over')
})

t.test('shell programs of the guide are well-formed', unless('bash'), async (t) => {
  for (const [, script = ''] of guide.matchAll(/```sh\n([\s\S]*?)```/g)) {
    t.equal(spawnSync('bash', ['-n'], { input: script }).status, 0, script.slice(0, 60))
  }
  t.ok(existsSync(join(dirname(fileURLToPath(docs)), 'fixtures/git-producer.mjs')))
})
