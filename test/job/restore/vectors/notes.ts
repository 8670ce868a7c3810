import { Readable } from 'node:stream'
import type { Test } from 'tap'
import type { StoredObject } from '../../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'
import type { Source } from '../../../../lib/core/stage.ts'
import type { RestoreSource } from '../../../../lib/job/restore/source/source.ts'
import { openState } from '../../../../lib/run/state.ts'
import { openStore } from '../../../../lib/store/open.ts'
import { parseTarget } from '../../../../lib/store/target.ts'
import { FAKE_VECTORIZER } from '../../../double/class/vectorizer.ts'
import { weaviateDouble } from '../../../double/double.ts'
import { idOf } from '../../backup/archived.ts'
import { directory } from '../../targets.ts'
import { objectsOf } from '../restored.ts'

export const COUNT = 12

const NOTE: CollectionSchema = {
  class: 'Note',
  vectorizer: FAKE_VECTORIZER,
  vectorIndexType: 'hnsw',
  properties: [{ name: 'text', dataType: ['text'] }],
}
const OURS = Float32Array.of(9, 9, 9, 9, 9, 9, 9, 9)

/** A server with notes that have vectors of their own, and a source that is the same notes. */
export async function serverWithNotes(t: Test) {
  const double = await weaviateDouble({ vectorizer: 'fake' })
  t.teardown(() => double.stop())
  const store = await openStore(parseTarget(double.target))
  t.teardown(() => store.close())
  const state = openState(store, directory(t))
  t.teardown(() => state.close())
  const objects: StoredObject[] = Array.from({ length: COUNT }, (_, n) => ({
    id: idOf(n, COUNT),
    properties: { text: `${n}` },
    vector: OURS,
  }))
  const pages = async () => Readable.from([objects]) as Source<readonly StoredObject[]>
  const source: RestoreSource = {
    ...{ name: 'notes', kind: 'collection', identity: 'notes', schema: NOTE, aliases: [] },
    parts: [{ name: 'all', pages }],
  }
  await store.create(NOTE)
  await store.collection('Note').write(objects)
  const kept = async () =>
    (await objectsOf(store, 'Note')).filter(({ vector }) => vector?.[0] === OURS[0]).length
  return { double, store, state, objects, source, kept }
}
