import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Emit } from '../../run/context.ts'
import type { CallOptions, Store } from '../../store/store.ts'
import type { SelectionOptions } from './options.ts'
import { selectedPages } from './pages.ts'
import { searchPlan } from './searchPlan.ts'
import { selectionOf } from './selection.ts'
import { UnseenIds } from './unseenIds.ts'

/** Reads the selected objects of a collection, with all of their properties. */
export interface SelectedReader {
  /**
   * The objects of one tenant, or of a collection without tenants: pages in order of id, some of them empty. Memory: a
   * page.
   */
  pages(call: CallOptions): AsyncIterable<readonly StoredObject[]>
  /** Requested ids for which no object has come. */
  unseen(): readonly string[]
  /** Reports how many objects were read, if requested. */
  explain(): void
}

/** Options of a reader of selected objects. */
export interface SelectedReaderOptions extends SelectionOptions {
  readonly vectors: boolean
  readonly pushDown: boolean
  readonly explain: boolean
}

/**
 * A reader for these tenants, or for a collection without tenants.
 * @throws ElysiaError ELYSIA_USAGE if a filter does not fit the class, or an id is invalid
 */
export async function selectedReader(
  { filter, objects, vectors, pushDown, explain }: SelectedReaderOptions,
  { store, schema }: { readonly store: Store; readonly schema: CollectionSchema },
  calls: readonly CallOptions[],
  emit: Emit,
): Promise<SelectedReader> {
  const selects = { ...(filter !== undefined && { filter }), ...(objects !== undefined && { objects }) }
  const selection = await selectionOf(selects, schema)
  const collection = store.collection(schema.class)
  const explainEvent = explain ? emit : () => {}
  const plan = { store, collection, schema, selection, calls, pushDown, emit: explainEvent }
  const { conditions } = await searchPlan(plan)
  const unseen = new UnseenIds(selection?.ids)
  const projection = { properties: 'all', vectors, references: true } as const
  let [read, selected] = [0, 0]
  async function* pages({ tenant, signal }: CallOptions) {
    const range = tenant === undefined ? {} : { tenant }
    const options = { projection, signal, conditions }
    const all: AsyncIterable<StoredObject[]> = selectedPages(collection, selection, range, options)
    for await (const page of all) {
      unseen.note(page.map(({ id }) => id))
      const wanted = selection === undefined ? page : page.filter(selection.selects)
      read += page.length
      selected += wanted.length
      yield wanted
    }
  }
  return {
    pages,
    unseen: () => unseen.list,
    explain: () => explainEvent({ type: 'filter_evaluated', collection: schema.class, read, selected }),
  }
}
