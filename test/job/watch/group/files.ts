import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { ingestFiles } from '../../../../lib/job/ingest/ingest.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { objectsOf } from '../../ingest/killing.ts'
import { type Storage, withStore } from '../watching.ts'

const path = fc.constantFrom('a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.ts')
const text = fc.constantFrom('one', 'two', 'three')

function json(record: object): string {
  return `${JSON.stringify({ repo: 'A', ...record })}\n`
}

/** A line of a change file, now and then a faulty one. */
const line: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('add'), path, content: text }).map(json) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('delete'), path }).map(json) },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('modify'), path, metadata: fc.record({ n: text }) }).map(json),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('rename'), path, new_path: path }).map(json),
  },
  { weight: 1, arbitrary: fc.constantFrom('\n', 'broken\n', '{"repo":"A","op":"add","path":"a.ts"}\n') },
)

/** Files whose records replace one another: their content by name, in the order in which they are taken. */
export const files: fc.Arbitrary<Record<string, string>> = fc
  .array(fc.array(line, { maxLength: 15 }), { minLength: 2, maxLength: 4 })
  .map((all) => Object.fromEntries(all.map((lines, index) => [`${index}.jsonl`, lines.join('')])))

/** What is stored, and which lines of which file are rejected, when all records are applied one at a time. */
export async function oneByOne(directory: string, names: readonly string[]) {
  const store = openMemory()
  const options = { collection: 'source-code', batchSize: 1, workers: 1, coalesce: 'off' }
  const inputs = names.map((name) => {
    const file = join(directory, name)
    return { name, rereadable: true, open: () => createReadStream(file) }
  })
  const rejects: string[] = []
  for (const input of inputs) {
    const { report } = await ingestFiles([input], store, options, {
      onEvent: (event) => {
        if (event.type === 'record_rejected') rejects.push(`${input.name}:${event.line} ${event.code}`)
      },
    })
    if (report.status !== 'done') throw new Error(`${input.name} ended ${report.status}`)
  }
  return { objects: await stored(store), rejects }
}

/** The same of what a watch with `--after move` has left. */
export async function left(place: Storage, names: readonly string[]) {
  const processed = join(place.inbox, 'processed')
  const there = new Set(readdirSync(processed))
  const rejects = names.flatMap((name) => {
    if (!there.has(name)) throw new Error(`${name} was not taken`)
    const own = `${name}.rejects.jsonl`
    return there.has(own) ? rejectsIn(join(processed, own)).map((one) => `${name}:${one}`) : []
  })
  return { objects: await withStore(place, stored), rejects }
}

/** The lines of a rejects file, as `line code`. */
export function rejectsIn(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((one) => {
    const { line: number, code } = JSON.parse(one) as { line: number; code: string }
    return `${number} ${code}`
  })
}

async function stored(store: Store) {
  const exists = (await store.list()).some(({ name }) => name === 'SourceCode')
  return exists ? await objectsOf(store) : []
}
