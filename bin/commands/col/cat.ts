import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { COLLECTION } from '../../cli/operands.ts'
import {
  type CallOptions,
  catalogOptions,
  didYouMean,
  ElysiaError,
  filterOption,
  isReference,
  lockOptions,
  type OptionsSchema,
  objectsOption,
  type Projection,
  pluralize,
  propertiesOption,
  type ResolvedOptions,
  type StoredObject,
  searchOptions,
  selectionJob,
  type Tenant,
  targetOptions,
} from '../../library.ts'
import { eventView } from '../../view/events.ts'
import { namesArchive, readArchive } from './catArchive.ts'
import { type FoundCollection, findCollection, hasTenants, tenantsOf } from './findCollection.ts'
import { objectLine } from './objectLine.ts'

const catOptions = {
  type: 'object',
  name: 'cat',
  title: 'Object options',
  description: 'Which objects, and what of them.',
  properties: {
    limit: {
      type: 'integer',
      description: 'at most this many objects',
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
      kind: 'tenant',
      description: 'only objects of this tenant; without it, all tenants one after another',
      placeholder: 'NAME',
      flagOnly: true,
    },
    filter: filterOption('only objects for which this SQL condition is true'),
    ...searchOptions,
    objects: objectsOption('only the objects of these ids'),
    properties: propertiesOption('only these properties'),
  },
} as const satisfies OptionsSchema

type CatOptions = ResolvedOptions<typeof catOptions>

/** How many characters go to stdout at once. */
const PIECE_LENGTH = 64 * 1024

/** How many tenants are named one by one. */
const MOST_NAMED = 10

/** `col cat`: a collection → JSON lines, in order of id. */
export const command: Command = {
  summary: 'print the objects of a collection or an archive as JSON lines, in order of id',
  alsoKnownAs: ['print'],
  operands: [{ ...COLLECTION, name: 'NAME|ID|latest:NAME|DIR|FILE' }],
  examples: [
    'elysiactl col cat source-code | head -1',
    'elysiactl col cat latest:SourceCode --limit 10',
    'elysiactl col cat SourceCode --no-vectors --properties repository,file_path',
    `elysiactl col cat SourceCode --filter "language IN ('rust', 'go') AND size_bytes > 100000"`,
  ],
  schemas: [catOptions, lockOptions, catalogOptions, targetOptions],
  exits: ['rejects', 'notFound', 'unreachable', 'brokenPipe'],
  run,
}

async function run(context: Context): Promise<void> {
  const options = context.options(catOptions)
  const [name = ''] = context.operands
  const job = isSelecting(options) ? await selectionJob() : undefined
  job?.requireSelectable(options)
  if (namesArchive(name)) return printArchive(context, name, options)
  const source = await findCollection(context, name)
  const properties = wantedProperties(options, source)
  const references = properties === 'all' || namesReference(properties, source)
  const projection = { properties, vectors: options.vectors, references }
  const { calls, asleep } = await callsOf(options, source)
  const selected = await job?.selectedReader(options, source, calls, eventView(context.console))
  for (const { name, state } of asleep.slice(0, MOST_NAMED))
    context.console.note(`tenant ${name} of ${source.schema.class} is ${state}: its objects are not printed`)
  const pages =
    selected?.pages ?? ((call) => source.store.collection(source.schema.class).read(projection, {}, call))
  await context.console.printJson(pieces(lines(pages, chosen(properties), calls, options.limit)))
  selected?.explain()
  const missing = selected?.unseen() ?? []
  if (asleep.length > 0) {
    const fact = `not active, and not printed: ${pluralize(asleep.length, 'tenant')} of ${source.schema.class}`
    context.fail(EXIT.failed, `${fact}; --tenant NAME prints one that is active`)
  } else if (missing.length > 0 && options.limit === undefined) {
    const fact = `${pluralize(missing.length, 'id')} of --objects not found`
    context.console.note(`${fact}: ${missing.slice(0, MOST_NAMED).join(', ')}`)
    context.fail(EXIT.rejects, fact)
  }
}

/** Prints an archive as it would be after a restore. */
async function printArchive(context: Context, name: string, options: CatOptions): Promise<void> {
  await readArchive(context, name, options, async (schema, pages) => {
    const choose = chosen(wantedProperties(options, { schema }))
    const kept = (object: StoredObject) => printable(choose(object), options)
    await context.console.printJson(pieces(lines(() => pages, kept, [{}], options.limit)))
  })
}

/** Objects in the form in which a collection is printed: without times. */
function printable(
  { createdMs: _, updatedMs: __, vector, vectors, ...object }: StoredObject,
  options: CatOptions,
): StoredObject {
  if (!options.vectors) return object
  return { ...object, ...(vector && { vector }), ...(vectors && { vectors }) }
}

function isSelecting({ filter, objects }: CatOptions): boolean {
  return filter !== undefined || objects !== undefined
}

/** What is read, and the tenants that cannot be. */
interface Reads {
  readonly calls: readonly CallOptions[]
  readonly asleep: readonly Tenant[]
}

/** One read for each active tenant; a single one for a collection without tenants. */
async function callsOf({ tenant }: CatOptions, source: FoundCollection): Promise<Reads> {
  const { class: name } = source.schema
  if (!hasTenants(source.schema)) {
    if (tenant === undefined) return { calls: [{}], asleep: [] }
    throw new ElysiaError('ELYSIA_USAGE', `${name} has no tenants`, { hint: 'leave --tenant out' })
  }
  const { active, asleep } = await tenantsOf(source)
  if (tenant === undefined) return { calls: active.map((one) => ({ tenant: one.name })), asleep }
  if (active.some((one) => one.name === tenant)) return { calls: [{ tenant }], asleep: [] }
  const sleeper = asleep.find((one) => one.name === tenant)
  if (sleeper !== undefined) {
    throw new ElysiaError('ELYSIA_CONFLICT', `tenant ${tenant} of ${name} is ${sleeper.state}`, {
      hint: 'only active tenants can be read; `col backup` activates a tenant for its scan, and returns it to its state',
    })
  }
  const names = [...active, ...asleep].map((one) => one.name)
  throw new ElysiaError('ELYSIA_NOT_FOUND', `${name} has no tenant ${tenant}`, {
    hint: didYouMean(tenant, names, '`elysiactl col show` lists the tenants'),
  })
}

function wantedProperties(
  { properties }: CatOptions,
  { schema }: Pick<FoundCollection, 'schema'>,
): Projection['properties'] {
  if (properties === undefined) return 'all'
  const propertyNames = (schema.properties ?? []).map(({ name }) => name)
  const names = properties.split(',').map((name) => name.trim())
  const unknownField = names.find((name) => !propertyNames.includes(name))
  if (unknownField === undefined) return names
  throw new ElysiaError('ELYSIA_USAGE', `${schema.class} has no property ${unknownField}`, {
    hint: didYouMean(unknownField, propertyNames, '`elysiactl col show` lists the properties'),
  })
}

function namesReference(names: readonly string[], { schema }: FoundCollection): boolean {
  const references = (schema.properties ?? []).filter(isReference).map(({ name }) => name)
  return references.some((name) => names.includes(name))
}

/** Reduces an object to the requested fields: more are read if a condition needs them. */
function chosen(names: Projection['properties']): (object: StoredObject) => StoredObject {
  if (names === 'all') return (object) => object
  const wanted = new Set(names)
  return (object) => ({
    ...object,
    properties: Object.fromEntries(Object.entries(object.properties).filter(([name]) => wanted.has(name))),
  })
}

async function* lines(
  pages: (call: CallOptions) => AsyncIterable<readonly StoredObject[]>,
  choose: (object: StoredObject) => StoredObject,
  calls: readonly CallOptions[],
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<string> {
  let left = limit
  for (const call of calls) {
    if (left === 0) return
    for await (const page of pages(call)) {
      for (const object of page.slice(0, left)) yield objectLine(choose(object))
      left -= Math.min(left, page.length)
      if (left === 0) return
    }
  }
}

/** Joins lines, since every piece is a separate write. */
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
