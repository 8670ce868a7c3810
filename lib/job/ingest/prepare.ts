import { classNameOf } from '../../change/collectionName.ts'
import { sourceCodeClass } from '../../change/sourceCodeClass.ts'
import { ElysiaError } from '../../errors.ts'
import { requireNoAlias } from '../../store/aliasRules.ts'
import { takenName } from '../../store/classRules.ts'
import type { CollectionSchema, PropertySchema, Store } from '../../store/store.ts'
import type { Journal } from '../journal.ts'
import type { Notify } from '../notice.ts'
import { readSchemaFile } from '../schemaFile.ts'

/** What `prepare` needs to know of an ingest. */
export interface Wanted {
  readonly collection: string
  readonly create: boolean
  readonly dryRun: boolean
  /** A file with the class JSON to create the collection with, in place of the layout for source code. */
  readonly schema?: string
  readonly vectorizer?: string
  readonly tenant?: string
  readonly tenantBy?: 'repo'
}

/** A collection that fits. `created` is true where nothing was there before (or, in a dry run, still is). */
export interface Prepared {
  readonly class: string
  readonly created: boolean
  /** What the collection looks like afterwards; in a dry run, what it would look like. */
  readonly layout: CollectionSchema
}

/**
 * Finds the collection, or makes it; checks that it can hold the objects before anything is written.
 * Properties that are missing are added one by one and said; nothing is left to a server's auto-schema.
 * @throws ElysiaError ELYSIA_NOT_FOUND (not there, not to be created), ELYSIA_CONFLICT (does not fit; nothing
 * was changed). A dry run reads the journal, and leaves nothing in it.
 */
export async function prepare(
  store: Store,
  wanted: Wanted,
  notify: Notify,
  journal?: Journal,
): Promise<Prepared> {
  const className = classNameOf(wanted.collection)
  checkName(store.target, className, wanted, journal)
  const layout = await layoutOf(className, wanted)
  const found = await store.schema(className)
  const existing = found ?? (await make(store, layout, wanted, notify))
  if (existing !== undefined) await fit(store, existing, layout, wanted, notify)
  if (wanted.tenant !== undefined && !wanted.dryRun) await store.createTenants(className, [wanted.tenant])
  return {
    class: className,
    created: existing === undefined,
    layout: existing ? grown(existing, layout) : layout,
  }
}

/** `source-code` and `source code` would both be SourceCode: the second name for one class is refused. */
function checkName(
  target: string,
  className: string,
  { collection: name, dryRun }: Wanted,
  journal: Journal | undefined,
): void {
  if (journal === undefined || name === className) return
  const first = dryRun
    ? (journal.knownName(target, className) ?? name)
    : journal.nameOf(target, className, name)
  if (first === name || first === className) return
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `"${name}" and "${first}" both map to the collection ${className}`,
    {
      hint: `use the name "${first}", or "${className}" itself, or a name that maps to another collection`,
    },
  )
}

async function layoutOf(className: string, wanted: Wanted): Promise<CollectionSchema> {
  const multiTenancy = wanted.tenant !== undefined || wanted.tenantBy !== undefined
  const layout = sourceCodeClass(className, {
    multiTenancy,
    ...(wanted.vectorizer !== undefined && { vectorizer: wanted.vectorizer }),
  })
  if (wanted.schema === undefined) return layout
  const given = { ...(await readSchemaFile(wanted.schema)), class: className }
  refuse(className, [...tenancyClashes(given, wanted), ...clashes(given, layout)])
  return grown(given, layout)
}

/** Answers the collection where another process has made it meanwhile. */
async function make(
  store: Store,
  layout: CollectionSchema,
  wanted: Wanted,
  notify: Notify,
): Promise<CollectionSchema | undefined> {
  if (!wanted.create) {
    throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no collection ${layout.class} in ${store.target}`, {
      hint: 'leave out --no-create to have it made, or name another one with --collection',
    })
  }
  if (wanted.dryRun) {
    await refuseName(store, layout.class)
    notify('would_create', `would create the collection ${layout.class}`)
    return undefined
  }
  try {
    await store.create(layout)
  } catch (error) {
    const made = isConflict(error) ? await store.schema(layout.class) : undefined
    if (made === undefined) throw error
    return made
  }
  notify('created', `created the collection ${layout.class}`)
  return undefined
}

function isConflict(error: unknown): boolean {
  return error instanceof ElysiaError && error.code === 'ELYSIA_CONFLICT'
}

/** What a store would say to the name of a collection that is to be made: an alias or a similar name is there. */
async function refuseName(store: Store, className: string): Promise<void> {
  const similar = (await store.list()).find(({ name }) => name.toLowerCase() === className.toLowerCase())
  if (similar !== undefined) throw takenName(className, similar.name)
  if (store.supports.aliases) requireNoAlias(className, await store.aliases())
}

async function fit(
  store: Store,
  existing: CollectionSchema,
  layout: CollectionSchema,
  wanted: Wanted,
  notify: Notify,
): Promise<void> {
  refuse(existing.class, [...tenancyClashes(existing, wanted), ...clashes(existing, layout)])
  for (const property of missing(existing, layout)) {
    if (!wanted.dryRun) await store.addProperty(existing.class, property)
    const verb = wanted.dryRun ? 'would add' : 'added'
    notify(
      'property_added',
      `${verb} the property ${property.name} (${property.dataType[0]}) to ${existing.class}`,
    )
  }
}

function grown(existing: CollectionSchema, layout: CollectionSchema): CollectionSchema {
  return { ...existing, properties: [...(existing.properties ?? []), ...missing(existing, layout)] }
}

function missing(existing: CollectionSchema, layout: CollectionSchema): PropertySchema[] {
  const names = new Set((existing.properties ?? []).map(({ name }) => name))
  return (layout.properties ?? []).filter(({ name }) => !names.has(name))
}

function clashes(existing: CollectionSchema, layout: CollectionSchema): string[] {
  const types = new Map((layout.properties ?? []).map(({ name, dataType }) => [name, dataType[0]]))
  return (existing.properties ?? []).flatMap(({ name, dataType }) => {
    const needed = types.get(name)
    return needed === undefined || needed === dataType[0]
      ? []
      : [`the property ${name} is ${dataType[0]}, but has to be ${needed}`]
  })
}

function tenancyClashes(existing: CollectionSchema, wanted: Wanted): string[] {
  const has = existing.multiTenancyConfig?.enabled === true
  const asks = wanted.tenant !== undefined || wanted.tenantBy !== undefined
  if (has === asks) return []
  return [
    has
      ? 'it has tenants: name one with --tenant or use --tenant-by repo'
      : 'it has no tenants: leave out --tenant and --tenant-by',
  ]
}

function refuse(className: string, reasons: readonly string[]): void {
  if (reasons.length === 0) return
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `the collection ${className} does not fit: ${reasons.join('; ')}`,
    {
      hint: 'nothing was written; ingest into another collection, or change this one first',
    },
  )
}
