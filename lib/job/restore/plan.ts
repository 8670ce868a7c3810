import { classNameOf } from '../../change/collectionName.ts'
import { ElysiaError } from '../../core/errors.ts'
import {
  type CollectionSchema,
  hasMixedVectors,
  hasTenants,
  isReference,
  multiVectorIn,
  propertiesIn,
} from '../../core/schema.ts'
import { didYouMean } from '../../core/suggest.ts'
import type { Emit } from '../../run/context.ts'
import type { Health, Store, Tenant } from '../../store/store.ts'
import { normalizerFor } from '../../transform/object/comparable.ts'
import { splitReferences } from '../../transform/object/references.ts'
import { bindTransforms, type PipelineStep, type TransformPipeline } from '../../transform/pipeline.ts'
import { readSchemaFile } from '../../transform/schema/file.ts'
import { lossesIn, patchSchema, type SchemaPatch } from '../../transform/schema/patch.ts'
import { settingChanges } from '../../transform/schema/settingChanges.ts'
import { expiryMs, isOfStore, timeToLive } from '../../transform/schema/timeToLive.ts'
import type { Transform } from '../../transform/transform.ts'
import { dropStaleVectors, requireVectorsSaid, touchedVectorizers } from '../../transform/vectors/stale.ts'
import { namesOf } from '../backup/plan.ts'
import { type Selection, selectionOf } from '../selection/selection.ts'
import { ofOwnClass } from './conflict/newProperties.ts'
import type { RestoreOptions } from './options.ts'
import type { RestorePlan } from './run.ts'
import type { RestoreSource, SourcePart } from './source/source.ts'
import { vectorTransforms } from './vectors/asked.ts'
import { CheckedVectors } from './vectors/checked.ts'
import { vectorPresence } from './vectors/presence.ts'

const BAD_NODE = /^(UNHEALTHY|UNAVAILABLE|TIMEOUT|DOWN)$/

/**
 * Looks at the target. @throws ElysiaError of the store where it does not answer; ELYSIA_UNREACHABLE where none
 * of its nodes is well, ELYSIA_CONFLICT where one is not and --degraded does not say that this will do
 */
export async function healthyTarget(store: Store, { degraded }: RestoreOptions, emit: Emit): Promise<Health> {
  const health = await store.health()
  const ill = health.nodes.filter(({ status }) => BAD_NODE.test(status))
  if (ill.length > 0 && ill.length === health.nodes.length) {
    throw new ElysiaError('ELYSIA_UNREACHABLE', `no node of ${store.target} is healthy`, {
      retryable: true,
      hint: 'nothing was written; look at the server',
    })
  }
  if (ill.length > 0 && !degraded) {
    const named = ill.map(({ name, status }) => `${name} is ${status}`).join(', ')
    const of = `${ill.length} of ${health.nodes.length} nodes of ${store.target}`
    throw new ElysiaError('ELYSIA_CONFLICT', `${of} cannot take their share of a collection: ${named}`, {
      hint: 'nothing is written meanwhile; give the same command when all are back, or --degraded to go on without them',
    })
  }
  for (const { name, status } of ill) emit({ type: 'node_unhealthy', node: name, status })
  return health
}

/** What else a plan depends on. */
export interface PlanningRestore {
  /** Classes that will be there by the time that a reference needs them. */
  readonly beside?: ReadonlySet<string>
  readonly transforms?: readonly Transform[] | undefined
  /** The class that is there, and stays. */
  readonly existing?: CollectionSchema | undefined
}

/**
 * Decides what a restore makes in the target; asks it which classes there are, and changes nothing.
 * @throws ElysiaError ELYSIA_USAGE, also where a transform does not fit; ELYSIA_NOT_FOUND for a tenant that the archive
 * does not have
 */
export async function planRestore(
  store: Store,
  source: RestoreSource,
  options: RestoreOptions,
  { nodes, modules, version }: Health,
  emit: Emit,
  { beside = new Set(), transforms = [], existing }: PlanningRestore = {},
): Promise<RestorePlan> {
  const base = options.schema === undefined ? source.schema : await readSchemaFile(options.schema)
  const from = { ...base, class: source.schema.class }
  const { name, replication } = options
  const selection = await selectionOf(options, from)
  const transformed = bindTransforms([...transforms, ...vectorTransforms(options, source)], from)
  const patched = patchSchema(
    transformed.schema,
    { kind: store.kind, nodes: nodes.length, version, ...(modules && { modules }) },
    {
      ...(name !== undefined && { name: classNameOf(name) }),
      ...(replication !== undefined && { replication }),
    },
  )
  const { schema } = patched
  const pipeline = withVectorsSaid(transformed, source, options, existing ?? schema)
  const { leftOut, patches } = await withoutTargets(store, schema, options, emit, beside)
  requireMultiVectors(store, schema)
  requireMixedVectors(store, schema)
  const asked = pipeline.steps.flatMap(changesIn)
  const all = [...asked, ...patched.patches, ...patches]
  for (const patch of all) emit({ type: 'schema_patched', ...patch })
  const tenants = tenantsOf(source, schema, options)
  const only = options.tenant === undefined ? undefined : new Set(tenants?.map((tenant) => tenant.name))
  const parts = partsOf(source, only, selection)
  const made = {
    schema: { ...schema, properties: (schema.properties ?? []).filter((one) => !isReference(one)) },
    references: (schema.properties ?? []).filter((one) => isReference(one) && !leftOut.has(one.name)),
  }
  return {
    ...made,
    newProperties: ofOwnClass(made, options),
    patches: all,
    tenants,
    aliases: aliasesFor(store, source, name, emit),
    parts,
    objects: sumOf(parts),
    only,
    selection,
    transforms: pipeline,
    vectors: new CheckedVectors(schema),
    presence: vectorPresence(store, schema),
    split: splitReferences({ from: pipeline.schema, name: schema.class, leftOut }),
    compared: normalizerFor(store.kind, schema, roundedNotice(emit)),
    mayExpire: mayExpireIn(store, schema),
  }
}

/**
 * The transforms, with one that leaves out vectors that no longer match where that is asked for.
 * @throws ElysiaError ELYSIA_USAGE where vectors may no longer match, and nobody has said what becomes of them
 */
function withVectorsSaid(
  pipeline: TransformPipeline,
  { withoutVectors }: RestoreSource,
  { vectors, revectorize, onConflict }: RestoreOptions,
  target: CollectionSchema,
): TransformPipeline {
  const touched = withoutVectors === true || revectorize ? [] : touchedVectorizers(pipeline, target)
  // Only a merge has vectors of the target to take.
  requireVectorsSaid(target, touched, vectors === 'target' && onConflict !== 'merge' ? undefined : vectors)
  if (touched.length === 0 || vectors !== 'drop') return pipeline
  const makers = touched.map(({ maker }) => maker)
  const all = pipeline.steps.map(({ transform }) => transform)
  return bindTransforms([...all, dropStaleVectors(pipeline.before, makers)], pipeline.before)
}

/** What a transform changes of the class. */
function changesIn({ transform, before, bound }: PipelineStep): readonly SchemaPatch[] {
  const by = { rule: 'transform', reason: `${transform.name} makes that of it` }
  return bound.patches ?? settingChanges(before, bound.schema).map((change) => ({ ...by, ...change }))
}

/** @throws ElysiaError ELYSIA_CONFLICT where --no-migrate stands, and the target does not have all of the class */
export function requireNoLoss(
  { target }: Store,
  { schema, patches }: RestorePlan,
  { migrate }: RestoreOptions,
): void {
  const losses = migrate ? [] : lossesIn(patches)
  if (losses.length === 0) return
  const what = losses.map(({ path, reason }) => `${path} (${reason})`).join('; ')
  throw new ElysiaError('ELYSIA_CONFLICT', `${target} cannot have all of ${schema.class}: ${what}`, {
    hint: 'nothing was written; without --no-migrate these settings are changed, as --dry-run shows',
  })
}

/** Says once that a number is not what was written. */
function roundedNotice(emit: Emit): (whole: bigint) => void {
  let notified = false
  return (whole) => {
    if (notified) return
    notified = true
    emit({ type: 'number_rounded', value: `${whole}`, held: `${BigInt(Number(whole))}` })
  }
}

/** @throws ElysiaError ELYSIA_CONFLICT where the class has a vector that the target has no index for */
function requireMultiVectors({ supports, target }: Store, schema: CollectionSchema): void {
  const vector = supports.multiVectors ? undefined : multiVectorIn(schema)
  if (vector === undefined) return
  const message = `${target} has no multi-vectors, and ${vector} of ${schema.class} is one`
  throw new ElysiaError('ELYSIA_CONFLICT', message, {
    hint: `nothing was written; multi-vectors came with 1.29, and --vector-map ${vector}= leaves it out`,
  })
}

/** Embedded stores keep what a server deletes when its time has come. */
function mayExpireIn({ kind }: Store, schema: CollectionSchema): RestorePlan['mayExpire'] {
  const ttl = kind === 'weaviate' ? timeToLive(schema) : undefined
  return ttl && ((object) => isOfStore(ttl) || expiryMs(ttl, object) !== undefined)
}

function requireMixedVectors({ supports, target }: Store, schema: CollectionSchema): void {
  if (supports.mixedVectors || !hasMixedVectors(schema)) return
  const message = `${target} has no class with an unnamed vector and named ones, and ${schema.class} is one`
  throw new ElysiaError('ELYSIA_CONFLICT', message, {
    hint: 'nothing was written; such classes came with 1.31, and --vector-map default=NEW gives the unnamed one a name',
  })
}

function aliasesFor(
  { supports, target }: Store,
  { aliases }: RestoreSource,
  name: string | undefined,
  emit: Emit,
): readonly string[] {
  if (name !== undefined || aliases.length === 0) return []
  if (supports.aliases) return aliases
  emit({ type: 'aliases_left_out', target, aliases: [...aliases] })
  return []
}

/** References to classes that the target does not have: kept, with an event, or their property is left out. */
async function withoutTargets(
  store: Store,
  schema: CollectionSchema,
  { missingReferences }: RestoreOptions,
  emit: Emit,
  beside: ReadonlySet<string>,
): Promise<{ leftOut: Set<string>; patches: SchemaPatch[] }> {
  const leftOut = new Set<string>()
  const patches: SchemaPatch[] = []
  for (const property of propertiesIn(schema).filter(isReference)) {
    const missing: string[] = []
    for (const target of property.dataType) {
      const comes = target === schema.class || beside.has(target)
      if (!comes && (await store.schema(target)) === undefined) missing.push(target)
    }
    if (missing.length === 0) continue
    if (missingReferences === 'keep') {
      emit({ type: 'reference_target_missing', property: property.name, collections: missing })
      continue
    }
    leftOut.add(property.name)
    const reason = `the target has no ${missing.join(', ')}`
    patches.push({
      rule: 'reference-target-missing',
      path: `properties.${property.name}`,
      from: property,
      reason,
    })
  }
  return { leftOut, patches }
}

function tenantsOf(
  source: RestoreSource,
  schema: CollectionSchema,
  { tenant }: RestoreOptions,
): readonly Tenant[] | undefined {
  if (!hasTenants(schema)) {
    if (tenant === undefined) return undefined
    throw new ElysiaError('ELYSIA_USAGE', `${source.name} has no tenants`, { hint: 'leave --tenant out' })
  }
  const all = source.tenants ?? []
  if (tenant === undefined) return all
  return namesOf(tenant).map((name) => {
    const found = all.find((one) => one.name === name)
    if (found !== undefined) return found
    if (source.tenants === undefined) return { name, state: 'active' }
    const names = all.map((one) => one.name)
    throw new ElysiaError('ELYSIA_NOT_FOUND', `${source.name} has no tenant ${name}`, {
      hint: didYouMean(name, names, 'leave --tenant out to restore all of them'),
    })
  })
}

/** A part that says no tenant may hold objects of any, and one that says no ids any of those. */
function partsOf(
  { parts }: RestoreSource,
  only: ReadonlySet<string> | undefined,
  selection: Selection | undefined,
): readonly SourcePart[] {
  return parts.filter(
    ({ tenant, covers }) =>
      (only === undefined || tenant === undefined || only.has(tenant)) &&
      (covers === undefined || selection?.mayHold(covers) !== false),
  )
}

function sumOf(parts: readonly SourcePart[]): number | undefined {
  let sum = 0
  for (const { objects } of parts) {
    if (objects === undefined) return undefined
    sum += objects
  }
  return sum
}
