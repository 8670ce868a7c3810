import { ElysiaError } from '../core/errors.ts'
import type { CollectionSchema } from '../core/schema.ts'
import { didYouMean } from '../core/suggest.ts'
import type { Store } from './store.ts'

/** An existing collection, found by name. */
export interface NamedCollection {
  readonly schema: CollectionSchema
  /** The alias by which it was found. */
  readonly alias?: string
}

/**
 * Finds the collection of a name, which may be an alias.
 * @throws ElysiaError ELYSIA_NOT_FOUND, with the closest existing name
 */
export async function findNamed(store: Store, name: string): Promise<NamedCollection> {
  const schema = await store.schema(name)
  if (schema !== undefined) return { schema }
  const aliases = store.supports.aliases ? await store.aliases() : []
  const alias = aliases.find((one) => one.alias === name)
  const aliased = alias && (await store.schema(alias.collection))
  if (aliased !== undefined) return { schema: aliased, alias: name }
  if (alias !== undefined) {
    const fact = `${name} in ${store.target} is an alias of ${alias.collection}, which is not there`
    throw new ElysiaError('ELYSIA_NOT_FOUND', fact, { hint: '`elysiactl col ls` lists the collections' })
  }
  const names = await store.names()
  throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no collection ${name} in ${store.target}`, {
    hint: didYouMean(name, names, '`elysiactl col ls` lists the collections'),
  })
}

/** The message for a user who named an alias. */
export function aliasText(alias: string, collection: string): string {
  return `${alias} is an alias of the collection ${collection}`
}
