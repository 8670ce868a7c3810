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
      read: (...args) => inner.read(...args),
      readMany: (...args) => inner.readMany(...args),
      write: (...args) => inner.write(...args),
      link: (...args) => inner.link(...args),
      remove: (...args) => inner.remove(...args),
      count: (...args) => inner.count(...args),
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
