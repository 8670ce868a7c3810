import { readdirSync } from 'node:fs'
import t, { type Test } from 'tap'
import { fileId } from '../../lib/change/identity.ts'
import type { Item } from '../../lib/core/entry.ts'
import { REJECT_CODES, Reject } from '../../lib/core/reject.ts'
import { type Example, examplePath, examples, itemsOf } from './examples.ts'
import { Index } from './plainIndex.ts'

/** Faults that only a store can find, or what is done with a record. */
const STORE_CODES = [
  'source_missing',
  'object_missing',
  'store_rejected',
  'vector_mismatch',
  'transform_failed',
]

function verdict(item: Item): string {
  if (item instanceof Reject) return `reject ${item.code}`
  if (item.skipped !== undefined) return `skipped ${item.skipped}`
  return item.changeset === undefined ? (item.operation?.kind ?? 'nothing') : 'changeset'
}

function stateOf(index: Index): unknown {
  const state: Record<string, Record<string, unknown>> = {}
  for (const { properties } of index.objects.values()) {
    const { repository, file_path, content, metadata, last_modified } = properties
    const repo = String(repository)
    state[repo] ??= {}
    state[repo][String(file_path)] = {
      content,
      ...(metadata === undefined ? {} : { metadata: JSON.parse(String(metadata)) }),
      ...(last_modified === undefined ? {} : { timestamp: last_modified }),
    }
  }
  return state
}

for (const example of examples) {
  t.test(`${example.file}: ${example.description}`, (t) => holds(t, example))
}

async function holds(t: Test, example: Example): Promise<void> {
  const items = await itemsOf(example)
  t.strictSame(items.map(verdict), example.expect)
  for (const item of items) {
    if (item instanceof Reject) t.match(item.reason, /\S/, `line ${item.line}: ${item.reason}`)
  }
  if (example.state === undefined) return
  const index = new Index().apply(items)
  t.strictSame(stateOf(index), example.state)
  for (const [repo, files] of Object.entries(example.state)) {
    for (const path of Object.keys(files)) t.ok(index.objects.has(fileId(repo, path)), `id of ${path}`)
  }
}

t.test('the index of the examples names every file there is', async (t) => {
  const files = ['good', 'bad'].flatMap((name) =>
    readdirSync(examplePath(name)).map((file) => `${name}/${file}`),
  )
  t.strictSame(examples.map(({ file }) => file).sort(), files.sort())
})

t.test('a bad example is named for its code, and every code that needs no store has one', async (t) => {
  const shown = new Set<string>()
  for (const { file, expect } of examples.filter(({ file }) => /^bad\/(?!mixed)/.test(file))) {
    const [, code] = /^bad\/([a-z0-9_]+)/.exec(file) as unknown as [string, string]
    t.ok(expect.includes(`reject ${code}`), file)
    shown.add(code)
  }
  const codes = Object.keys(REJECT_CODES).filter((code) => !STORE_CODES.includes(code))
  t.strictSame([...shown].sort(), codes.sort())
})

t.test('good examples have no rejects, and show every operation', async (t) => {
  const good = examples.filter(({ file }) => file.startsWith('good/'))
  const words = good.flatMap(({ expect }) => expect)
  t.notOk(words.some((word) => word.startsWith('reject')))
  for (const word of ['put', 'delete', 'move', 'patch', 'changeset']) t.ok(words.includes(word), word)
})

t.test('faults have the number of the physical line', async (t) => {
  const items = await itemsOf(examples.find(({ file }) => file === 'bad/mixed.jsonl')!)
  const rejects = items.filter((item) => item instanceof Reject)
  t.strictSame(
    rejects.map(({ line }) => line),
    [2, 3, 4],
  )
})
