// The reader in Python was written from the documentation alone: where it and elysiactl differ, one of the three is wrong.
import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { openArchive } from '../../lib/archive/archive.ts'
import { openChain } from '../../lib/archive/chain/chain.ts'
import { chainObjects } from '../../lib/archive/chain/objects.ts'
import { objectText } from '../../lib/archive/object/lineWriter.ts'
import type { ObjectSource } from '../../lib/archive/object/source.ts'
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import type { StoredObject } from '../../lib/core/object.ts'
import { backup } from '../../lib/job/backup/backup.ts'
import { openMemory } from '../../lib/store/memory/store.ts'
import type { Store } from '../../lib/store/store.ts'

const python = process.env.ELYSIACTL_TEST_PYTHON ?? 'python3'
const reader = fileURLToPath(new URL('../../python/elysiactl_archive.py', import.meta.url))
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url))
const golden = (name: string) => fixture(`golden/${name}`)

const needs = (code: string, what: string) => ({
  skip:
    spawnSync(python, ['-c', code]).status === 0 ? false : `${python} has no ${what} (ELYSIACTL_TEST_PYTHON)`,
  timeout: 100_000,
})
const ofItself = needs('import sys; assert sys.version_info >= (3, 9)', 'Python 3.9')
const withArrow = needs('import pyarrow', 'pyarrow')

interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function run(...words: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(python, words, { maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })
}

const read = (...words: readonly string[]) => run(reader, ...words)

const WHOLE = {
  code: 0,
  stdout: '24 objects c2b9310d235ae4922a37938d2cd0756930fe885c0a030afdaf8e2b27973ac892\n',
  stderr: '',
}

/** Lines as values, vectors as numbers, in order of tenant and id. */
function valuesOf(lines: readonly string[]): unknown[] {
  const values = lines.map((line) => JSON.parse(line, numbersOf))
  return values.sort((a, b) => (`${a.tenant} ${a.id}` < `${b.tenant} ${b.id}` ? -1 : 1))
}

function numbersOf(this: { readonly id?: string }, key: string, value: unknown): unknown {
  if (key === 'vector' && this.id !== undefined) return floatsOf(value)
  if (key !== 'vectors' || this.id === undefined) return value
  return Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, floatsOf(one)]))
}

function floatsOf(value: unknown): unknown {
  if (typeof value !== 'string')
    return Array.isArray(value)
      ? value.map((one) => (typeof one === 'number' ? Math.fround(one) : floatsOf(one)))
      : value
  const bytes = Buffer.from(value, 'base64')
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4))
}

async function linesOf(source: ObjectSource): Promise<string[]> {
  const lines: string[] = []
  for (const range of source.ranges)
    for await (const page of source.pages(range) as AsyncIterable<readonly StoredObject[]>)
      lines.push(...page.map(objectText))
  return lines
}

async function chainAt(...directories: readonly string[]) {
  const archives = await Promise.all(directories.map((path) => openArchive(directoryStorage(path))))
  return openChain(archives.at(-1)!, async (id) => archives.find(({ manifest }) => manifest.id === id))
}

async function sameObjects(t: Test, path: string, expected: readonly string[]): Promise<void> {
  const { stdout, stderr } = await read(path, '--times')
  t.equal(stderr, '', path)
  t.strictSame(valuesOf(stdout.split('\n').slice(0, -1)), valuesOf(expected), path)
}

t.test('proves archives with the standard library alone, and gives their objects', ofItself, async (t) => {
  const expected = await linesOf(chainObjects(await chainAt(golden('jsonl'))))
  for (const path of [golden('jsonl'), golden('json'), golden('single.jsonl.gz')]) {
    t.strictSame(await read(path, '--verify'), WHOLE)
    await sameObjects(t, path, expected)
  }
})

t.test('and Parquet with pyarrow', withArrow, async (t) => {
  t.strictSame(await read(golden('parquet'), '--verify'), WHOLE)
  await sameObjects(t, golden('parquet'), await linesOf(chainObjects(await chainAt(golden('parquet')))))
})

t.test('says which package is missing', ofItself, async (t) => {
  const { code, stderr } = await run('-S', reader, golden('parquet'))
  t.match({ code, stderr }, { code: 2, stderr: 'Parquet needs the package pyarrow: pip install pyarrow\n' })
})

/** What happens before each archive of a chain. A tenant that is removed and recreated starts over. */
const NIGHTS: readonly ((store: Store) => Promise<unknown>)[] = [
  async (store) => {
    await store.create({
      class: 'Chained',
      properties: [{ name: 'title', dataType: ['text'] }],
      multiTenancyConfig: { enabled: true },
    })
    await store.createTenants('Chained', ['a', 'b'])
    await put(store, 'a', 0, 40)
    await put(store, 'b', 0, 10)
  },
  async (store) => {
    await put(store, 'a', 30, 60)
    await store.collection('Chained').remove([idOf(3), idOf(20)], { tenant: 'a' })
    await store.createTenants('Chained', ['c'])
    await put(store, 'c', 5, 8)
  },
  async (store) => {
    await store.collection('Chained').remove([idOf(5)], { tenant: 'c' })
    await put(store, 'a', 3, 4)
  },
]

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

async function put(store: Store, tenant: string, from: number, to: number): Promise<void> {
  const objects = Array.from({ length: to - from }, (_, at) => ({
    id: idOf(from + at),
    properties: { title: `${tenant} ${from} 😀` },
    updatedMs: 1_700_000_000_000 + from,
  }))
  await store.collection('Chained').write(objects, { tenant })
}

t.test('reads a chain as the collection was then, and names what is missing of it', ofItself, async (t) => {
  const home = t.testdir()
  const store = openMemory()
  const made: string[] = []
  for (const [at, happens] of NIGHTS.entries()) {
    await happens(store)
    const base = at === 0 ? undefined : await chainAt(...made)
    made.push(join(home, `n${at}`))
    await backup(
      store,
      'Chained',
      directoryStorage(made.at(-1)!),
      { compression: 'gzip', partSize: 4096 },
      base && { base },
    )
    await sameObjects(t, made.at(-1)!, await linesOf(chainObjects(await chainAt(...made))))
  }
  rmSync(made[1]!, { recursive: true })
  t.match(await read(made[2]!), {
    code: 4,
    stderr: /is an increment of .*, which is not there \(--base DIR\)/,
  })
})

t.test('reads what others wrote: documents of the original and JSON lines', ofItself, async (t) => {
  const object = { id: idOf(1), class: 'Old', properties: { title: 'a "b"\n', n: 1e21 }, vector: [0.1, -2] }
  const document = {
    objects: [object, { ...object, id: idOf(2) }],
    metadata: { version: '1.0' },
    schema: { class: 'Old' },
  }
  const home = t.testdir({
    'v1.json': JSON.stringify(document, null, 2),
    'lines.jsonl': `${JSON.stringify(object)}\n\n${JSON.stringify({ ...object, id: idOf(2) })}`,
    'cut.json': JSON.stringify(document).slice(0, 200),
    'none.bin': 'anything else',
  })
  const expected = document.objects.map((one) => JSON.stringify(one))
  await sameObjects(t, join(home, 'v1.json'), expected)
  await sameObjects(t, join(home, 'lines.jsonl'), expected)
  t.match(await read(join(home, 'cut.json')), { code: 4, stderr: /^damaged: .*cut\.json: / })
  t.match(await read(join(home, 'none.bin')), { code: 2, stderr: /is not an archive/ })
})

t.test("reads a server's own export with pyarrow", withArrow, async (t) => {
  const { stdout } = await read(fixture('weaviate-export/things'))
  t.equal(stdout.split('\n').length - 1, 50)
  t.match(JSON.parse(stdout.split('\n')[0]!), {
    class: 'PqTenanted',
    tenant: 'a',
    properties: { title: 'a0' },
  })
})

t.test('finds what was changed, and gives nothing of a changed part', ofItself, async (t) => {
  const home = t.testdir()
  const changed = async (file: string, change: (text: string) => string) => {
    const copy = join(home, 'copy')
    cpSync(golden('json'), copy, { recursive: true, force: true })
    chmodSync(join(copy, file), 0o600)
    const text = readFileSync(join(copy, file), 'utf8')
    t.not(change(text), text)
    writeFileSync(join(copy, file), change(text))
    return read(copy)
  }
  const damaged = (stderr: RegExp) => ({ code: 4, stdout: '', stderr })
  const part = 'parts/r0000-00000.json'
  t.match(
    await changed(part, (text) => text.replace('plain', 'plaiN')),
    damaged(/r0000-00000.json was changed/),
  )
  t.match(
    await changed('manifest.json', (text) => text.replace('"objects": 24', '"objects": 25')),
    damaged(/was changed/),
  )
  t.match(
    await changed('manifest.json', (text) => text.replace('parts/r', '../../r')),
    damaged(/was changed/),
  )
  t.match(await changed('schema.json', (text) => `${text} `), damaged(/schema.json was changed/))
  const whole = gunzipSync(readFileSync(golden('single.jsonl.gz')))
  const cut = join(home, 'cut.jsonl')
  writeFileSync(cut, whole.subarray(0, whole.lastIndexOf('\n', whole.length - 2) + 1))
  t.match(await read(cut), { code: 4, stderr: /cut short/ })
})
