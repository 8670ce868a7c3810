import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { COLLECTION } from '../../cli/operands.ts'
import { ElysiaError, forgetTaken, type OptionsSchema, targetOptions } from '../../library.ts'
import { type FoundCollection, findOwnName, hasTenants } from './findCollection.ts'

const rmOptions = {
  type: 'object',
  name: 'rm',
  title: 'Removal options',
  description: 'Whether to ask.',
  properties: {
    yes: {
      type: 'boolean',
      short: 'y',
      description: 'remove it without asking',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** `col rm`: removes a collection and all its objects, once the user or --yes has agreed. */
export const command: Command = {
  summary: 'remove a collection with all its objects',
  alsoKnownAs: ['delete', 'remove', 'drop'],
  operands: [COLLECTION],
  examples: ['elysiactl col rm source-code', 'elysiactl col rm SourceCode --yes'],
  schemas: [rmOptions, targetOptions],
  document: 'removal',
  exits: ['conflict', 'notFound', 'unreachable'],
  run,
}

async function run(context: Context): Promise<void> {
  const { yes } = context.options(rmOptions)
  const [name = ''] = context.operands
  if (!yes && !process.stdin.isTTY) {
    throw new ElysiaError('ELYSIA_USAGE', 'there is no terminal to ask on', {
      hint: 'use --yes to remove it without asking',
    })
  }
  const collection = await findOwnName(context, name)
  if (yes || (await agreed(context, name, collection))) return remove(context, collection)
  context.console.note('nothing was removed')
  context.fail(
    EXIT.failed,
    `${collection.schema.class} was not removed: nobody agreed; --yes removes it without asking`,
  )
}

async function agreed(
  { console }: Context,
  name: string,
  { store, schema }: FoundCollection,
): Promise<boolean> {
  const size = hasTenants(schema)
    ? 'all its tenants'
    : `${await store.collection(schema.class).count()} objects`
  const question = `Remove ${schema.class} with ${size} from ${store.target}? Type its name or y: `
  const answer = await console.ask(question)
  return answer?.toLowerCase() === 'y' || answer === name || answer === schema.class
}

/**
 * Removes a collection. Its remembered state goes first: otherwise an old run would be continued into a new collection
 * of that name, and files that a watch has taken would be missing there.
 */
async function remove(context: Context, { store, schema }: FoundCollection): Promise<void> {
  const { state } = await context.readTarget()
  state.journal.forget(store.target, schema.class)
  forgetTaken(state.database, store.target, schema.class)
  const removed = await store.drop(schema.class)
  if (context.console.json)
    return context.console.document({ class: schema.class, target: store.target, removed })
  context.console.note(`${schema.class} ${removed ? 'was removed' : 'was gone already'}`)
}
