import { classNameOf } from '../../../change/collectionName.ts'
import { type CollectionSchema, isReference } from '../../../core/schema.ts'
import type { Emit } from '../../../run/context.ts'
import type { Health, Store } from '../../../store/store.ts'
import { normalizerFor } from '../../../transform/object/comparable.ts'
import { splitReferences } from '../../../transform/object/references.ts'
import { bindTransforms, type PipelineStep, type TransformPipeline } from '../../../transform/pipeline.ts'
import { readSchemaFile } from '../../../transform/schema/file.ts'
import { patchSchema, type SchemaPatch } from '../../../transform/schema/patch.ts'
import { settingChanges } from '../../../transform/schema/settingChanges.ts'
import { expiryMs, isOfStore, timeToLive } from '../../../transform/schema/timeToLive.ts'
import type { Transform } from '../../../transform/transform.ts'
import {
  affectedVectorizers,
  dropStaleVectors,
  requireVectorsChoice,
} from '../../../transform/vectors/stale.ts'
import { type Selection, selectionOf } from '../../selection/selection.ts'
import { newPropertiesOfNewClass } from '../conflict/newProperties.ts'
import type { RestoreOptions } from '../options.ts'
import type { RestorePlan } from '../run.ts'
import type { RestoreSource, SourcePart } from '../source/source.ts'
import { CheckedVectors } from '../vectors/checkedVectors.ts'
import { vectorPresence } from '../vectors/presence.ts'
import { vectorTransforms } from '../vectors/vectorOptions.ts'
import { withoutTargets } from './references.ts'
import { requireMixedVectors, requireMultiVectors } from './targetCapabilities.ts'
import { tenantsOf } from './tenants.ts'

/** What else a plan depends on. */
export interface PlanContext {
  /** Classes that will exist by the time a reference needs them. */
  readonly beside?: ReadonlySet<string>
  readonly transforms?: readonly Transform[] | undefined
  /** The existing class, which stays. */
  readonly existing?: CollectionSchema | undefined
}

/**
 * Decides what a restore makes in the target; only asks which classes exist, and changes nothing.
 * @throws ElysiaError ELYSIA_USAGE, also if a transform does not fit; ELYSIA_NOT_FOUND for a tenant that the archive
 * does not have
 */
export async function planRestore(
  store: Store,
  source: RestoreSource,
  options: RestoreOptions,
  { nodes, modules, version }: Health,
  emit: Emit,
  { beside = new Set(), transforms = [], existing }: PlanContext = {},
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
  const pipeline = withVectorsChoice(transformed, source, options, existing ?? schema)
  const { leftOut, patches } = await withoutTargets(store, schema, options, emit, beside)
  requireMultiVectors(store, schema)
  requireMixedVectors(store, schema)
  const requested = pipeline.steps.flatMap(changesIn)
  const all = [...requested, ...patched.patches, ...patches]
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
    newProperties: newPropertiesOfNewClass(made, options),
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
 * Adds a transform that drops vectors that no longer match, if requested.
 * @throws ElysiaError ELYSIA_USAGE if vectors may no longer match and the user has not said what to do with them
 */
function withVectorsChoice(
  pipeline: TransformPipeline,
  { withoutVectors }: RestoreSource,
  { vectors, revectorize, onConflict }: RestoreOptions,
  target: CollectionSchema,
): TransformPipeline {
  const touched = withoutVectors === true || revectorize ? [] : affectedVectorizers(pipeline, target)
  // Only a merge can take vectors from the target.
  requireVectorsChoice(target, touched, vectors === 'target' && onConflict !== 'merge' ? undefined : vectors)
  if (touched.length === 0 || vectors !== 'drop') return pipeline
  const makers = touched.map(({ maker }) => maker)
  const all = pipeline.steps.map(({ transform }) => transform)
  return bindTransforms([...all, dropStaleVectors(pipeline.before, makers)], pipeline.before)
}

/** What a transform changes in the class. */
function changesIn({ transform, before, bound }: PipelineStep): readonly SchemaPatch[] {
  const by = { rule: 'transform', reason: `${transform.name} makes that of it` }
  return bound.patches ?? settingChanges(before, bound.schema).map((change) => ({ ...by, ...change }))
}

/** Reports once that a number was rounded. */
function roundedNotice(emit: Emit): (whole: bigint) => void {
  let notified = false
  return (whole) => {
    if (notified) return
    notified = true
    emit({ type: 'number_rounded', value: `${whole}`, held: `${BigInt(Number(whole))}` })
  }
}

/** Embedded stores keep objects that a server deletes when they expire. */
function mayExpireIn({ kind }: Store, schema: CollectionSchema): RestorePlan['mayExpire'] {
  const ttl = kind === 'weaviate' ? timeToLive(schema) : undefined
  return ttl && ((object) => isOfStore(ttl) || expiryMs(ttl, object) !== undefined)
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

/** A part that names no tenant may hold objects of any tenant; one that names no ids, any ids. */
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
