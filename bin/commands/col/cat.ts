import type { Command, Context } from '../../command.ts'
import {
  type Call,
  ElysiaError,
  meant,
  type OptionsSchema,
  type Resolved,
  targetOptions,
  type What,
} from '../../library.ts'
import { findCollection, hasTenants, type Named, nameOperand } from './named.ts'
import { objectLine } from './objectLine.ts'

const catOptions = {
  type: 'object',
  description: 'Which objects, and what of them.',
  properties: {
    limit: {
      type: 'integer',
      description: 'how many objects at most',
      minimum: 0,
      flagOnly: true,
    },
    vectors: {
      type: 'boolean',
      description: 'with their vectors',
      negative: 'without their vectors',
      default: true,
      flagOnly: true,
    },
    tenant: {
      type: 'string',
      description: 'the objects of this tenant; else of all, one tenant after another',
      placeholder: 'NAME',
      flagOnly: true,
    },
    properties: {
      type: 'string',
      description: 'only these properties, comma-separated',
      placeholder: 'A,B',
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

type CatOptions = Resolved<typeof catOptions>

/** Characters handed to stdout at once. */
const PIECE_LENGTH = 64 * 1024

/** `col cat`: a collection → JSON lines, in order of id. */
export const command: Command = {
  name: 'col cat',
  summary: 'print the objects of a collection as JSON lines, in order of id',
  usage: 'NAME',
  examples: [
    'elysiactl col cat source-code | head -1',
    'elysiactl col cat SourceCode --no-vectors --properties repository,file_path',
  ],
  schemas: [catOptions, targetOptions],
  run,
}

async function run(context: Context): Promise<void> {
  const options = context.options(catOptions)
  const name = nameOperand(context)
  const found = await findCollection(context, name)
  const what = { properties: wanted(options, found), vectors: options.vectors }
  const calls = await callsOf(options, found)
  await context.console.printJson(pieces(lines(found, what, calls, options.limit)))
}

/** One read for each tenant; a single one where the collection has none. */
async function callsOf({ tenant }: CatOptions, { store, schema }: Named): Promise<Call[]> {
  if (!hasTenants(schema)) {
    if (tenant === undefined) return [{}]
    throw new ElysiaError('ELYSIA_USAGE', `${schema.class} has no tenants`, { hint: 'leave --tenant out' })
  }
  const tenants = await store.tenants(schema.class)
  if (tenant === undefined) return tenants.map((one) => ({ tenant: one }))
  if (tenants.includes(tenant)) return [{ tenant }]
  throw new ElysiaError('ELYSIA_NOT_FOUND', `${schema.class} has no tenant ${tenant}`, {
    hint: meant(tenant, tenants, '`elysiactl col show` lists the tenants'),
  })
}

function wanted({ properties }: CatOptions, { schema }: Named): What['properties'] {
  if (properties === undefined) return 'all'
  const known = (schema.properties ?? []).map(({ name }) => name)
  const names = properties.split(',').map((name) => name.trim())
  const stranger = names.find((name) => !known.includes(name))
  if (stranger === undefined) return names
  throw new ElysiaError('ELYSIA_USAGE', `${schema.class} has no property ${stranger}`, {
    hint: meant(stranger, known, '`elysiactl col show` lists the properties'),
  })
}

async function* lines(
  { store, schema }: Named,
  what: What,
  calls: readonly Call[],
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<string> {
  let left = limit
  for (const call of calls) {
    if (left === 0) return
    for await (const page of store.collection(schema.class).read(what, {}, call)) {
      for (const object of page.slice(0, left)) yield objectLine(object)
      left -= Math.min(left, page.length)
      if (left === 0) return
    }
  }
}

/** Lines put together, since every piece is a write of its own. */
async function* pieces(all: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = ''
  for await (const line of all) {
    piece += line
    if (piece.length < PIECE_LENGTH) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}
