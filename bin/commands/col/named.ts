import type { Context } from '../../command.ts'
import { type CollectionSchema, classNameOf, ElysiaError, meant, type Store } from '../../library.ts'

/** A collection that is there. */
export interface Named {
  readonly store: Store
  readonly schema: CollectionSchema
}

/** The one operand of a command: the name of a collection. @throws ElysiaError ELYSIA_USAGE */
export function nameOperand({ operands }: Context): string {
  const [name, ...more] = operands
  if (name !== undefined && more.length === 0) return name
  throw new ElysiaError(
    'ELYSIA_USAGE',
    name === undefined ? 'no collection is named' : 'one collection, please',
    {
      hint: '`elysiactl col ls` lists the collections',
    },
  )
}

/**
 * The collection that a name stands for: `source-code` and `SourceCode` are the same.
 * @throws ElysiaError ELYSIA_NOT_FOUND, with the nearest name there is
 */
export async function findCollection(context: Context, name: string): Promise<Named> {
  const className = classNameOf(name)
  const { store } = await context.readTarget()
  const schema = await store.schema(className)
  if (schema !== undefined) return { store, schema }
  const names = (await store.list()).map((summary) => summary.name)
  throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no collection ${className} in ${store.target}`, {
    hint: meant(className, names, '`elysiactl col ls` lists the collections'),
  })
}

/** True where the objects of a collection belong to tenants. */
export function hasTenants({ multiTenancyConfig }: CollectionSchema): boolean {
  return multiTenancyConfig?.enabled === true
}
