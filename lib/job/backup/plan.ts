import { randomBytes } from 'node:crypto'
import { schemaDigest } from '../../archive/archive.ts'
import type { Encoding, IdRange, Manifest, Plan } from '../../archive/manifest.ts'
import { ElysiaError } from '../../core/errors.ts'
import { type CollectionSchema, hasTenants } from '../../core/schema.ts'
import { didYouMean } from '../../core/suggest.ts'
import type { Emit } from '../../run/context.ts'
import { newRunId } from '../../run/record.ts'
import { idRanges } from '../../store/idRanges.ts'
import { findNamed } from '../../store/named.ts'
import type { Store, Tenant } from '../../store/store.ts'
import { bindTransforms, type TransformPipeline } from '../../transform/pipeline.ts'
import type { Transform } from '../../transform/transform.ts'
import { affectedVectorizers } from '../../transform/vectors/stale.ts'
import { type Selection, selectionOf } from '../selection/selection.ts'
import type { BackupOptions } from './options.ts'

/** What is known of a collection before it is scanned. */
export interface CollectionInfo {
  readonly schema: CollectionSchema
  /** The tenants to read, with their previous states; undefined if the collection has none. */
  readonly tenants: readonly Tenant[] | undefined
  readonly aliases: readonly string[]
  /** The selected objects and fields; undefined for all. */
  readonly selection: Selection | undefined
  /** Changes the selected objects and the class. */
  readonly transforms: TransformPipeline
}

/** How to change objects on their way. */
export interface TransformSettings {
  readonly transforms?: readonly Transform[]
  /** Keeps vectors even if their texts change. */
  readonly keepsVectors?: boolean
}

/**
 * Looks up the collection to back up, by its name or an alias.
 * @throws ElysiaError ELYSIA_NOT_FOUND for a missing collection or tenant, ELYSIA_USAGE for tenants of a collection
 * without any, for options that do not fit the class, and for transforms that add objects
 */
export async function collectionInfoOf(
  store: Store,
  nameOrAlias: string,
  options: BackupOptions,
  emit: Emit,
  { transforms = [], keepsVectors = false }: TransformSettings = {},
): Promise<CollectionInfo> {
  const listing = store.supports.aliases ? store.aliases() : Promise.resolve([])
  // Other errors are reported first.
  listing.catch(() => {})
  const { schema, alias } = await findNamed(store, nameOrAlias)
  const name = schema.class
  if (alias !== undefined) emit({ type: 'alias_resolved', alias, collection: name })
  const pipeline = bindTransforms(transforms, schema)
  requireSameIds(pipeline)
  if (options.vectors && !keepsVectors) requireVectorsKept(pipeline)
  requireProperty(pipeline.schema, options.partitionBy)
  const { partitionBy } = options
  const selection = await selectionOf(options, schema, partitionBy === undefined ? [] : [partitionBy])
  const tenants = await tenantsOf(store, schema, options.tenant)
  const aliases = await listing
  return {
    schema,
    tenants,
    aliases: aliases.filter(({ collection }) => collection === name).map(({ alias }) => alias),
    selection,
    transforms: pipeline,
  }
}

/** What a plan depends on besides the collection. */
export interface PlanInput {
  /** Called once for each attempt. */
  readonly encoding: () => Promise<Encoding>
  readonly options: BackupOptions
  readonly tool: Plan['tool']
  /** Receives the counts by tenant. */
  readonly counted?: TenantObjectCounts
  /** The base of an increment: its ranges are reused. */
  readonly base?: Manifest | undefined
}

/**
 * The plan of a backup: everything in its manifest that is known before the scan; asks the store for all of it at once.
 * An inactive tenant is one range, and is not counted before it is woken.
 */
export async function planOf(
  store: Store,
  { schema: source, tenants, aliases, selection, transforms }: CollectionInfo,
  planning: PlanInput,
): Promise<Plan> {
  const { options, tool, base } = planning
  const { schema } = transforms
  const [encoding, { version, nodes }, difference, { ranges, before }] = await Promise.all([
    planning.encoding(),
    store.health(),
    store.clockDifferenceMs?.(),
    rangesOf(store, source, tenants, planning),
  ])
  const { partitionBy, tag, note } = options
  return {
    format: 'elysiactl-archive',
    version: 1,
    id: newArchiveId(),
    started: new Date().toISOString(),
    tool,
    source: {
      target: store.target,
      kind: store.kind,
      version,
      nodes: nodes.map(({ name, status }) => ({ name, status })),
    },
    collection: schema.class,
    content: options.schemaOnly ? 'schema-only' : 'full',
    ...(base !== undefined && { kind: 'incremental' as const, parent: base.id }),
    ...(difference !== undefined && { clock_difference_ms: difference }),
    schema: schema as Record<string, unknown>,
    schema_sha256: schemaDigest(schema),
    encoding,
    ...(tenants && {
      tenants: tenants.map(({ name, state }) => ({ name, state })),
      all_tenants: options.tenant === undefined,
    }),
    ...(selection && { selection: selection.declared }),
    ...(!transforms.isEmpty && { transforms: transforms.declared }),
    aliases: [...aliases],
    ranges,
    ...(partitionBy !== undefined && { partition_by: partitionBy }),
    counts: { before },
    tags: namesOf(tag),
    ...(note !== undefined && { note }),
  }
}

/** Objects by tenant, or of a collection without tenants. */
export type TenantObjectCounts = Map<string | undefined, number>

/** Names separated by commas. */
export function namesOf(list: string | undefined): string[] {
  const names = (list ?? '').split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))]
}

/** The fields that a scan requests from the store. */
export function scanProjection(vectors: boolean) {
  return { properties: 'all', vectors, references: true, times: true } as const
}

/** A new archive id: its time, and a unique suffix. */
export function newArchiveId(): string {
  return `${newRunId().toLowerCase()}${randomBytes(2).toString('hex')}`
}

async function rangesOf(
  store: Store,
  schema: CollectionSchema,
  tenants: readonly Tenant[] | undefined,
  { options, base, counted = new Map() }: PlanInput,
): Promise<{ ranges: IdRange[]; before: number }> {
  const collection = store.collection(schema.class)
  const ranges: IdRange[] = []
  const rangesByTenant = Map.groupBy(base?.ranges ?? [], ({ tenant }) => tenant)
  let before = 0
  for (const { asleep, ...call } of callsOf(tenants)) {
    if (asleep) {
      if (!options.schemaOnly) ranges.push(...(rangesByTenant.get(call.tenant) ?? [call]))
      continue
    }
    const objects = await collection.count(call)
    counted.set(call.tenant, objects)
    before += objects
    if (options.schemaOnly) continue
    const there = rangesByTenant.get(call.tenant)
    ranges.push(...(there ?? (await idRanges(collection, objects, options.workers, call))))
  }
  return { ranges, before }
}

/** One call for each tenant, or the only one. */
function callsOf(tenants: readonly Tenant[] | undefined): { tenant?: string; asleep: boolean }[] {
  return (
    tenants?.map(({ name, state }) => ({ tenant: name, asleep: state !== 'active' })) ?? [{ asleep: false }]
  )
}

/** One call for each active tenant, or a single one for a collection without tenants. */
export function callsFor(tenants: readonly Tenant[] | undefined): { readonly tenant?: string }[] {
  return tenants?.filter(({ state }) => state === 'active').map(({ name }) => ({ tenant: name })) ?? [{}]
}

async function tenantsOf(
  store: Store,
  schema: CollectionSchema,
  asked: string | undefined,
): Promise<Tenant[] | undefined> {
  if (!hasTenants(schema)) {
    if (asked === undefined) return undefined
    throw new ElysiaError('ELYSIA_USAGE', `${schema.class} has no tenants`, { hint: 'leave --tenant out' })
  }
  const all = await store.tenantStates(schema.class)
  if (asked === undefined) return all
  return namesOf(asked).map((name) => {
    const tenant = all.find((one) => one.name === name)
    if (tenant !== undefined) return tenant
    throw new ElysiaError('ELYSIA_NOT_FOUND', `${schema.class} has no tenant ${name}`, {
      hint: didYouMean(
        name,
        all.map((one) => one.name),
        '`elysiactl col show` lists the tenants',
      ),
    })
  })
}

/**
 * @throws ElysiaError ELYSIA_USAGE: whoever restores the archive could not see that vectors do not match their texts
 */
function requireVectorsKept(pipeline: TransformPipeline): void {
  const [touched] = affectedVectorizers(pipeline, pipeline.schema)
  if (touched === undefined) return
  const { maker, stage } = touched
  const fact = `${stage} changes what ${maker.module} makes vectors of ${pipeline.before.class} from`
  throw new ElysiaError('ELYSIA_USAGE', fact, {
    hint: 'say what to do with the vectors: --vectors keeps them as they are, --no-vectors leaves them out, so that a server makes new ones',
  })
}

/** An archive is sorted by id, and its parts cover ids of the source. @throws ElysiaError ELYSIA_USAGE */
function requireSameIds({ steps }: TransformPipeline): void {
  const adding = steps.find(({ transform }) => transform.expands)
  if (adding === undefined) return
  throw new ElysiaError('ELYSIA_USAGE', `${adding.transform.name} may make several objects of one`, {
    hint: 'an archive is in order of the ids of its source: back up without it, and give it to `col restore` or `col copy`',
  })
}

function requireProperty(schema: CollectionSchema, name: string | undefined): void {
  if (name === undefined || (name === 'tenant' && hasTenants(schema))) return
  const known = (schema.properties ?? []).map((property) => property.name)
  if (known.includes(name)) return
  throw new ElysiaError('ELYSIA_USAGE', `${schema.class} has no property ${name} to partition by`, {
    hint: didYouMean(name, known, '`elysiactl col show` lists the properties'),
  })
}
