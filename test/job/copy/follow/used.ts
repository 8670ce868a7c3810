import type { Test } from 'tap'
import type { StoredObject } from '../../../../lib/core/object.ts'
import { openState } from '../../../../lib/run/state.ts'
import type { Collection, Store } from '../../../../lib/store/store.ts'
import { THING, thing } from '../../backup/archived.ts'
import { changedStore } from '../../changed.ts'
import { objectsOf } from '../../restore/restored.ts'
import { directory, TARGETS } from '../../targets.ts'

export const MANY = 40
export const FINISH = { finish: true, switchAlias: 'Live', recheckAfterMs: 40 } as const
export const at = (store: Store, name: string) => ({ store, name })

export function titled(n: number, title: string): StoredObject & { readonly properties: { title: string } } {
  return { ...(n < MANY ? thing(n, MANY) : thing(n)), properties: { title } }
}

/** A server whose collection Thing is used through the alias Live. */
export async function used(t: Test, schema = THING) {
  const store = await TARGETS['a Weaviate server'](t)
  await store.create(schema)
  await store.collection('Thing').write(Array.from({ length: MANY }, (_, n) => thing(n, MANY)))
  await store.createAlias({ alias: 'Live', collection: 'Thing' })
  const state = openState(store, directory(t))
  t.teardown(() => state.close())
  const titles = async (name: string) =>
    new Map((await objectsOf(store, name)).map(({ id, properties }) => [id, properties.title]))
  return { store, state, titles }
}

/** A call to one of the two collections. */
export interface Seen {
  readonly collection: string
  readonly call: 'read' | 'readMany' | 'write' | 'remove' | 'link'
  readonly ids: readonly string[]
}

export type Around = (move: () => Promise<boolean>) => Promise<boolean>

/** The store, where `before` happens before each call to a collection, and `around` in the place of the switch. */
export function watched(store: Store, before: (seen: Seen) => Promise<void>, around: Around): Store {
  const watch = (inner: Collection): Partial<Collection> => {
    const seen = (call: Seen['call'], items: readonly (string | { readonly id: string })[]) =>
      before({
        collection: inner.name,
        call,
        ids: items.map((one) => (typeof one === 'string' ? one : one.id)),
      })
    return {
      async *read(...args) {
        await seen('read', [])
        yield* inner.read(...args)
      },
      readMany: async (ids, ...rest) => {
        await seen('readMany', ids)
        return inner.readMany(ids, ...rest)
      },
      write: async (objects, ...rest) => {
        await seen('write', objects)
        return inner.write(objects, ...rest)
      },
      remove: async (ids, ...rest) => {
        await seen('remove', ids)
        return inner.remove(ids, ...rest)
      },
      link: async (links, ...rest) => {
        await seen('link', links)
        return inner.link(links, ...rest)
      },
    }
  }
  return changedStore(store, watch, { moveAlias: (alias) => around(() => store.moveAlias(alias)) })
}
