import { classNameOf } from '../../change/collectionName.ts'
import { sourceCodeClass } from '../../change/sourceCodeClass.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Emit } from '../../run/context.ts'
import type { Journal } from '../../run/journal/journal.ts'
import type { CollectionSchema, PropertySchema, Store } from '../../store/store.ts'
import { requireNoAlias } from '../../store/validation/aliasRules.ts'
import { takenName } from '../../store/validation/classRules.ts'
import { bindTransforms, type TransformPipeline } from '../../transform/pipeline.ts'
import { readSchemaFile } from '../../transform/schema/file.ts'

/** What `prepareCollection` needs from an ingest. */
export interface CollectionRequest {
  readonly collection: string
  readonly create: boolean
  readonly dryRun: boolean
  /** A file with the class JSON to create the collection with, instead of the layout for source code. */
  readonly schema?: string
  readonly vectorizer?: string
  readonly tenant?: string
  readonly tenantBy?: 'repo'
}

/** Fits the transforms of objects to their class. */
export type BindToClass = (layout: CollectionSchema) => TransformPipeline

const unshaped: BindToClass = (layout) => bindTransforms([], layout)

/** A collection that fits, or can be made. `created` is true if it does not exist yet. */
export interface PreparedCollection {
  readonly class: string
  readonly created: boolean
  /** The layout of the collection afterwards; in a dry run, the one that it would have. */
  readonly layout: CollectionSchema
  readonly transforms: TransformPipeline
  /**
   * Makes what is missing: the collection, a property, the tenant. A dry run reports what it would make.
   * @throws ElysiaError ELYSIA_CONFLICT if another process made something different meanwhile
   */
  make(): Promise<void>
}

/**
 * Finds the collection, and checks that it can hold the objects, or can be made: changes nothing before `make`. Missing
 * properties are added one by one, each with an event; nothing is left to a server's auto-schema.
 * @throws ElysiaError ELYSIA_NOT_FOUND (missing, and must not be created), ELYSIA_CONFLICT (does not fit). A dry run
 * reads the journal, and leaves nothing in it.
 */
export async function prepareCollection(
  store: Store,
  wanted: CollectionRequest,
  emit: Emit,
  journal?: Journal,
  shaping: BindToClass = unshaped,
): Promise<PreparedCollection> {
  const className = classNameOf(wanted.collection)
  requireName(className, wanted.collection, journal?.knownName(store.target, className))
  const transforms = shaping(await layoutOf(className, wanted))
  const layout = transforms.schema
  const existing = await store.schema(className)
  if (existing === undefined) await requireMakeable(store, layout, wanted)
  else requireFit(existing, layout, wanted)
  return {
    class: className,
    created: existing === undefined,
    layout: existing ? grown(existing, layout) : layout,
    transforms,
    make: () => make(store, existing, layout, wanted, emit, journal),
  }
}

/** `source-code` and `source code` would both be SourceCode: the second name for one class is refused. */
function requireName(className: string, name: string, first = name): void {
  if (name === className || first === name || first === className) return
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `"${name}" and "${first}" both map to the collection ${className}`,
    {
      hint: `use the name "${first}", or "${className}" itself, or a name that maps to another collection`,
    },
  )
}

async function layoutOf(className: string, wanted: CollectionRequest): Promise<CollectionSchema> {
  const multiTenancy = wanted.tenant !== undefined || wanted.tenantBy !== undefined
  const layout = sourceCodeClass(className, {
    multiTenancy,
    ...(wanted.vectorizer !== undefined && { vectorizer: wanted.vectorizer }),
  })
  if (wanted.schema === undefined) return layout
  const fromFile = { ...(await readSchemaFile(wanted.schema)), class: className }
  refuse(className, [...tenancyClashes(fromFile, wanted), ...clashes(fromFile, layout)])
  return grown(fromFile, layout)
}

/** What a store would refuse in a new collection, and settings that were not requested. */
async function requireMakeable(
  store: Store,
  layout: CollectionSchema,
  { create }: CollectionRequest,
): Promise<void> {
  if (create) return refuseName(store, layout.class)
  throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no collection ${layout.class} in ${store.target}`, {
    hint: 'leave out --no-create to have it made, or name another one with --collection',
  })
}

async function make(
  store: Store,
  existing: CollectionSchema | undefined,
  layout: CollectionSchema,
  wanted: CollectionRequest,
  emit: Emit,
  journal: Journal | undefined,
): Promise<void> {
  const { class: className } = layout
  const { collection: name, tenant, dryRun } = wanted
  if (dryRun) {
    if (existing === undefined) emit({ type: 'collection_created', collection: className, dry_run: true })
    else await add(store, existing, layout, wanted, emit)
    return
  }
  if (journal !== undefined && name !== className)
    requireName(className, name, journal.nameOf(store.target, className, name))
  const schema = existing ?? (await create(store, layout, emit, journal))
  if (schema !== undefined) {
    requireFit(schema, layout, wanted)
    await add(store, schema, layout, wanted, emit)
  }
  if (tenant !== undefined) await store.createTenants(className, [tenant])
}

/** Returns the collection if another process made it meanwhile. */
async function create(
  store: Store,
  layout: CollectionSchema,
  emit: Emit,
  journal: Journal | undefined,
): Promise<CollectionSchema | undefined> {
  try {
    await store.create(layout)
  } catch (error) {
    const made = isConflict(error) ? await store.schema(layout.class) : undefined
    if (made === undefined) throw error
    return made
  }
  journal?.forgetPositions(store.target, layout.class)
  emit({ type: 'collection_created', collection: layout.class, dry_run: false })
  return undefined
}

function isConflict(error: unknown): boolean {
  return error instanceof ElysiaError && error.code === 'ELYSIA_CONFLICT'
}

/** Refuses a name that the store would refuse: an alias or a similar name exists. */
async function refuseName(store: Store, className: string): Promise<void> {
  const similar = (await store.names()).find((name) => name.toLowerCase() === className.toLowerCase())
  if (similar !== undefined) throw takenName(className, similar)
  if (store.supports.aliases) requireNoAlias(className, await store.aliases())
}

function requireFit(existing: CollectionSchema, layout: CollectionSchema, wanted: CollectionRequest): void {
  refuse(existing.class, [...tenancyClashes(existing, wanted), ...clashes(existing, layout)])
}

async function add(
  store: Store,
  existing: CollectionSchema,
  layout: CollectionSchema,
  wanted: CollectionRequest,
  emit: Emit,
): Promise<void> {
  for (const property of missing(existing, layout)) {
    if (!wanted.dryRun) await store.addProperty(existing.class, property)
    emit({
      type: 'property_added',
      collection: existing.class,
      property: property.name,
      data_type: property.dataType[0] ?? '',
      dry_run: wanted.dryRun,
    })
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

function tenancyClashes(existing: CollectionSchema, wanted: CollectionRequest): string[] {
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
