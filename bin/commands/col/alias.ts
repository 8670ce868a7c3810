import type { Command, Context } from '../../cli/command.ts'
import { COLLECTION } from '../../cli/operands.ts'
import { classNameOf, ElysiaError, findNamed, type Store, targetOptions } from '../../library.ts'

/** `col alias`: makes an alias mean a collection, in one step. */
export const command: Command = {
  summary: 'point an alias at a collection, in one step',
  alsoKnownAs: ['switch'],
  operands: [{ name: 'ALIAS', hint: 'such as `elysiactl col alias Article Article_v2`' }, COLLECTION],
  examples: [
    'elysiactl col alias Article Article_v2',
    'elysiactl col alias Article Article_v1   # back again',
  ],
  schemas: [targetOptions],
  document: 'alias',
  exits: ['conflict', 'notFound', 'unreachable'],
  docs: 'docs/restore.md',
  run,
}

async function run(context: Context): Promise<void> {
  const [given = '', name = ''] = context.operands
  const { store } = await context.readTarget()
  const alias = classNameOf(given)
  if (!store.supports.aliases) {
    throw new ElysiaError('ELYSIA_CONFLICT', `${store.target} has no aliases`, {
      hint: 'SPEC.md, "Versions of Weaviate", says what is needed',
    })
  }
  const { schema } = await findNamed(store, classNameOf(name))
  const collection = schema.class
  const before = await point(store, alias, collection)
  const document = { alias, class: collection, before: before ?? null, target: store.target }
  if (context.console.json) return context.console.document(document)
  const was = before === undefined ? 'it is new' : `${before} before`
  context.console.note(
    before === collection
      ? `${alias} means ${collection} already`
      : `${alias} means ${collection} now, ${was}`,
  )
}

/** Returns the previous collection. */
async function point(store: Store, alias: string, collection: string): Promise<string | undefined> {
  const before = (await store.aliases()).find((one) => one.alias === alias)?.collection
  if (before === collection) return before
  const isMoved = before !== undefined && (await store.moveAlias({ alias, collection }))
  if (!isMoved) await store.createAlias({ alias, collection })
  return before
}
