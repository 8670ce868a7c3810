import type { Collection, Store } from '../../lib/store/store.ts'

/** A store whose collections are changed, or that says otherwise of itself. */
export function changedStore(
  store: Store,
  change: (collection: Collection) => Partial<Collection>,
  own: Partial<Store> = {},
): Store {
  const collection = (name: string): Collection => {
    const inner = store.collection(name)
    const bound: Collection = {
      name,
      read: (...given) => inner.read(...given),
      readMany: (...given) => inner.readMany(...given),
      write: (...given) => inner.write(...given),
      link: (...given) => inner.link(...given),
      remove: (...given) => inner.remove(...given),
      count: (...given) => inner.count(...given),
    }
    return { ...bound, ...change(inner) }
  }
  return new Proxy(store, {
    get(target, key) {
      if (key === 'collection') return collection
      const value: unknown = key in own ? own[key as keyof Store] : Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
