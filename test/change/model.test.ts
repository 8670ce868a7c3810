import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { fileObject } from '../../lib/change/layout.ts'
import type { Json, JsonObject } from '../../lib/core/object.ts'
import { runs } from '../runs.ts'
import { indexOf } from './plainIndex.ts'

/** What a file is, by the words of docs/format.md, without hashes, ids or objects. */
interface File {
  readonly text: string
  readonly metadata: JsonObject | undefined
  readonly timestamp: string | undefined
  readonly vector: number[] | undefined
  readonly vectors: Readonly<Record<string, number[]>> | undefined
}

interface Change extends Partial<Omit<File, 'text'>> {
  readonly op: 'add' | 'modify' | 'delete' | 'rename'
  readonly path: string
  readonly new_path: string
  readonly content: string | undefined
}

const path = fc.constantFrom('a', 'b', 'c')
const maybe = <T>(...values: T[]) => fc.constantFrom<T | undefined>(undefined, undefined, ...values)

const change: fc.Arbitrary<Change> = fc.record({
  op: fc.constantFrom('add', 'modify', 'delete', 'rename', 'rename'),
  path,
  new_path: path,
  content: maybe('1', '2'),
  metadata: maybe<JsonObject>({}, { x: 1 }, { y: 'z' }),
  timestamp: maybe('2025-09-03T12:00:00Z', '2026-01-01T00:00:00.5+02:00'),
  vector: maybe([1], [2]),
  vectors: maybe<Record<string, number[]>>({}, { title: [1] }, { title: [2], body: [3] }),
})

function whole({ metadata, timestamp, vector, vectors }: Change, text: string): File {
  return { text, metadata, timestamp, vector, vectors }
}

/** The file with what the change brings; vectors of another content go. */
function mixed(file: File, { content, metadata, timestamp, vector, vectors }: Change): File {
  const stale = content !== undefined && content !== file.text
  return {
    text: content ?? file.text,
    metadata: metadata ?? file.metadata,
    timestamp: timestamp ?? file.timestamp,
    vector: vector ?? (stale ? undefined : file.vector),
    vectors: vectors ?? (stale ? undefined : file.vectors),
  }
}

function rename(files: Map<string, File>, change: Change): void {
  const source = files.get(change.path) ?? repeated(files, change)
  const { content } = change
  files.delete(change.path)
  if (source !== undefined) files.set(change.new_path, mixed(source, change))
  else if (content !== undefined) files.set(change.new_path, whole(change, content))
}

/** With nothing at the old path, and the content at the new one already, the rename was made before. */
function repeated(files: Map<string, File>, { new_path, content }: Change): File | undefined {
  const target = files.get(new_path)
  return target !== undefined && target.text === content ? target : undefined
}

/** Applies a change; false where it is one that a store would refuse, or the format. */
function apply(files: Map<string, File>, change: Change): boolean {
  const { op, path, new_path, content, metadata } = change
  const stored = files.get(path)
  if (op === 'delete') files.delete(path)
  else if (op === 'rename' && path !== new_path) rename(files, change)
  else if (content !== undefined) files.set(path, whole(change, content))
  else if (op !== 'add' && metadata !== undefined) {
    if (stored === undefined) return false
    files.set(path, mixed(stored, change))
  } else return op === 'rename'
  return true
}

function objectOf(path: string, { vector, vectors = {}, ...file }: File) {
  const named = Object.entries(vectors).map(([name, numbers]) => [name, new Float32Array(numbers)])
  const set = {
    ...(vector && { vector: new Float32Array(vector) }),
    ...(named.length > 0 && { vectors: Object.fromEntries(named) }),
  }
  return fileObject({ repo: 'A', path, ...file, vectors: set })
}

t.test('whatever happened to a file, its object is the one that a single add would have made', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      const files = new Map<string, File>()
      const taken = changes.filter((change) => apply(files, change))
      const records = taken.map((change) => JSON.parse(JSON.stringify({ repo: 'A', ...change })) as Json)
      const index = await indexOf(records)
      const expected = [...files].map(([path, file]) => objectOf(path, file))
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
      return isDeepStrictEqual([...index.objects.values()].sort(byId), expected.sort(byId))
    }),
    { numRuns: runs(300) },
  )
})
