import type { CollectionSchema } from '../../store.ts'
import { type Layout, layoutOf } from './layout.ts'

/**
 * How long a layout and the tenants are assumed to be current. A write would make a class or a tenant again that
 * someone removed meanwhile, so both are asked for again from time to time.
 */
const BELIEVED_MS = 10_000

interface CachedLayout {
  readonly layout: Promise<Layout>
  readonly since: number
  readonly tenants: Set<string>
}

/** The layouts of classes as they were last read, and the tenants that were found; believed for ten seconds. */
export class LayoutCache {
  readonly #known = new Map<string, CachedLayout>()

  /** The known layout, otherwise that from `read`, which is called once however many ask meanwhile. */
  layout(name: string, read: () => Promise<Layout>): Promise<Layout> {
    const known = this.#believed(name)
    if (known !== undefined) return known.layout
    const layout = read()
    this.#known.set(name, { layout, since: performance.now(), tenants: new Set() })
    layout.catch(() => this.forget(name))
    return layout
  }

  /** The tenants that were found in a class; whoever finds one adds it. Undefined for a class that is not known. */
  tenants(name: string): Set<string> | undefined {
    return this.#known.get(name)?.tenants
  }

  /** Keeps the layout of a schema that was read; undefined if there is no such class. */
  learn(name: string, schema: CollectionSchema | undefined): void {
    if (schema === undefined) {
      this.forget(name)
      return
    }
    // A schema says nothing about tenants: what is believed of them stays as old as it is.
    const { since, tenants } = this.#believed(name) ?? {
      since: performance.now(),
      tenants: new Set<string>(),
    }
    this.#known.set(name, { layout: Promise.resolve(layoutOf(schema)), since, tenants })
  }

  forget(name: string): void {
    this.#known.delete(name)
  }

  #believed(name: string): CachedLayout | undefined {
    const known = this.#known.get(name)
    return known !== undefined && performance.now() - known.since < BELIEVED_MS ? known : undefined
  }
}
