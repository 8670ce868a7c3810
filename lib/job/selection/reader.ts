import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { CallOptions, Store } from '../../store/store.ts'
import type { SelectionOptions } from './options.ts'
import { selectedPages } from './pages.ts'
import { selectionOf } from './selection.ts'
import { UnseenIds } from './unseenIds.ts'

/** Reads the selected objects of a collection, with all of their properties. */
export interface SelectedReader {
  /** Of one tenant, or of a collection without: pages in order of id, some of them empty. Memory: a page. */
  pages(call: CallOptions): AsyncIterable<readonly StoredObject[]>
  /** The ids that were asked for of which no object has come. */
  unseen(): readonly string[]
}

/** @throws ElysiaError ELYSIA_USAGE where a filter does not fit the class, or an id is none */
export async function selectedReader(
  { filter, objects }: SelectionOptions,
  { store, schema }: { readonly store: Store; readonly schema: CollectionSchema },
  vectors: boolean,
): Promise<SelectedReader> {
  const asked = { ...(filter !== undefined && { filter }), ...(objects !== undefined && { objects }) }
  const selection = await selectionOf(asked, schema)
  const unseen = new UnseenIds(selection?.ids)
  const projection = { properties: 'all', vectors, references: true } as const
  async function* pages({ tenant, signal }: CallOptions) {
    const range = tenant === undefined ? {} : { tenant }
    const collection = store.collection(schema.class)
    const read: AsyncIterable<StoredObject[]> = selectedPages(collection, selection, range, {
      projection,
      signal,
    })
    for await (const page of read) {
      unseen.note(page.map(({ id }) => id))
      yield selection === undefined ? page : page.filter(selection.selects)
    }
  }
  return { pages, unseen: () => unseen.list }
}
