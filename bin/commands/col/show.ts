import type { Command, Context } from '../../cli/command.ts'
import { COLLECTION } from '../../cli/operands.ts'
import { type Tables, tableOptions, tablesFor } from '../../cli/tables.ts'
import {
  type CollectionSchema,
  type PropertySchema,
  pluralize,
  type Tenant,
  targetOptions,
} from '../../library.ts'
import { type FoundCollection, findCollection, hasTenants, tenantsOf } from './findCollection.ts'

/** `col show`: one collection, for users; with --json its schema as the store holds it. */
export const command: Command = {
  summary: 'show one collection: its objects, tenants and properties',
  alsoKnownAs: ['describe', 'inspect', 'info'],
  operands: [COLLECTION],
  examples: ['elysiactl col show source-code', 'elysiactl col show SourceCode --json > schema.json'],
  schemas: [tableOptions, targetOptions],
  exits: ['notFound', 'unreachable'],
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const found = await findCollection(context, context.operands[0]!)
  if (console.json) return console.document(found.schema)
  const tables = await tablesFor(context)
  const lines = [...head(found.schema), ...(await contents(found, tables)), '']
  await console.print([...lines, ...properties(found.schema, tables)])
}

function head({ class: name, description, vectorizer }: CollectionSchema): string[] {
  const lines = [name]
  if (typeof description === 'string') lines.push(description)
  if (typeof vectorizer === 'string') lines.push(`vectorizer: ${vectorizer}`)
  return lines
}

/** A count for each tenant, or one for all. */
async function contents({ store, schema }: FoundCollection, tables: Tables): Promise<string[]> {
  const collection = store.collection(schema.class)
  if (!hasTenants(schema)) return [`objects: ${await collection.count()}`]
  const { active, asleep } = await tenantsOf({ store, schema })
  const counts = new Map<string, number>()
  for (const { name } of active) counts.set(name, await collection.count({ tenant: name }))
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  // The content of the others is unknown until they are active.
  const others =
    asleep.length === 0 ? '' : `; not active, and not counted: ${pluralize(asleep.length, 'tenant')}`
  const head = `objects: ${total} in ${pluralize(active.length, 'tenant')}${others}`
  return [head, ...tenantTable([...active, ...asleep], counts, tables)]
}

function tenantTable(
  tenants: readonly Tenant[],
  counts: ReadonlyMap<string, number>,
  tables: Tables,
): string[] {
  if (tenants.length === 0) return []
  const rows = tenants
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, state }): [string, string | number] => [name, counts.get(name) ?? state])
  return tables.of([{ name: 'tenant', whole: true }, 'objects'], rows)
}

function properties({ properties: declared }: CollectionSchema, tables: Tables): string[] {
  const all = declared ?? []
  return all.length === 0
    ? ['no properties']
    : tables.of([{ name: 'property', whole: true }, 'type', 'index', 'description'], all.map(row))
}

function row({ name, dataType, description, indexFilterable, indexSearchable }: PropertySchema): string[] {
  const indexes = [indexFilterable !== false && 'filter', isSearched(dataType, indexSearchable) && 'search']
  const text = typeof description === 'string' ? description : ''
  return [name, dataType.join(', '), indexes.filter((index) => index !== false).join(', '), text]
}

/** Weaviate indexes texts for search unless told otherwise. */
function isSearched(dataType: readonly string[], indexSearchable: unknown): boolean {
  return indexSearchable !== false && dataType.some((type) => type.startsWith('text'))
}
