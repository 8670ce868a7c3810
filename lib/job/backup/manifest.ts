import { type Chain, chainState } from '../../archive/chain/chain.ts'
import type { Manifest, Part, Plan } from '../../archive/manifest.ts'
import { sumOfDigests } from '../../archive/object/digest.ts'
import { type CollectionSchema, vectorNames } from '../../core/schema.ts'
import type { Emit } from '../../run/context.ts'
import type { BackupOptions } from './options.ts'
import { incompleteArchive } from './scan/completeness.ts'

/** Objects that the store counted before and after a scan. */
export interface SourceCounts {
  readonly before: number
  readonly after: number
  /** Objects that were read, but left out by the selection or a transform. */
  readonly filtered?: number
  /** Objects that were read, but refused by a transform. */
  readonly rejected?: number
  /** The conditions by which the store found the objects, as text; empty if all were scanned. */
  readonly searched?: readonly string[]
}

/** The fields of a manifest besides its parts. */
export interface ManifestExtras {
  readonly index?: Manifest['index'] | undefined
  /** The base of an increment. */
  readonly base?: Chain | undefined
}

/** The manifest of complete parts. */
export function manifestFor(
  plan: Plan,
  { before, after, filtered = 0, rejected = 0, searched = [] }: SourceCounts,
  parts: readonly Part[],
  { index, base }: ManifestExtras = {},
): Manifest {
  const sum = (key: 'objects' | 'vectors' | 'bytes' | 'raw_bytes') =>
    parts.reduce((total, part) => total + part[key], 0)
  const objects = sum('objects')
  const state = base && stateAfter(base, plan, parts, index)
  return {
    ...plan,
    finished: new Date().toISOString(),
    parts: [...parts],
    ...(index !== undefined && { index }),
    ...(state !== undefined && { state }),
    totals: {
      objects,
      vectors: sum('vectors'),
      bytes: sum('bytes'),
      raw_bytes: sum('raw_bytes'),
      digest: sumOfDigests(parts.map(({ digest }) => digest)),
    },
    counts: {
      ...{ before, after, written: objects },
      ...(isPartial(plan) && { filtered }),
      ...(rejected > 0 && { rejected }),
    },
    consistency: consistencyOf(
      plan,
      { before, after, searched },
      (state?.objects ?? objects) + filtered + rejected,
    ),
  }
}

/** The state after an increment: what the base holds of the existing tenants, and the changes. */
function stateAfter(base: Chain, plan: Plan, parts: readonly Part[], index: Manifest['index']) {
  const manifest = { ...plan, parts: [...parts], index: index ?? [] } as unknown as Manifest
  const newest = { ...base.newest, manifest }
  return chainState({ links: [...base.links, newest], newest }).all
}

/** True if not all objects were selected, or transforms may leave some out. */
export function isPartial({ selection, transforms }: Pick<Plan, 'selection' | 'transforms'>): boolean {
  return selection?.filter !== undefined || selection?.objects !== undefined || transforms !== undefined
}

function consistencyOf(
  { content, selection }: Plan,
  { before, after, searched }: Required<Omit<SourceCounts, 'filtered' | 'rejected'>>,
  read: number,
): string {
  if (content === 'schema-only') return 'the schema alone'
  if (selection?.objects !== undefined) return 'objects by their ids, not at a point in time'
  const scan =
    searched.length === 0
      ? 'a scan in order of id, not a point in time'
      : `a search for ${searched.join(' AND ')}, not a point in time`
  if (before === after && after === read) return `${scan}; the counts before and after it agree`
  return `${scan}; the collection was written to meanwhile`
}

/**
 * Refuses an archive that holds less than its source; emits an event about objects written meanwhile. `invalidVectors`:
 * how many vectors were left out because they are not finite.
 * @throws ElysiaError ELYSIA_INCOMPLETE
 */
export function requireWhole(
  manifest: Manifest,
  options: BackupOptions,
  emit: Emit,
  invalidVectors: number,
): void {
  const { content, counts, totals, encoding, collection, state } = manifest
  if (content === 'schema-only') return
  const { before, after, filtered = 0, rejected = 0 } = counts
  const written = state?.objects ?? counts.written
  requireObjects(written, collection, options, manifest)
  const isCounted = manifest.selection?.objects === undefined
  if (isCounted && (before !== after || after !== written + filtered + rejected)) {
    emit({ type: 'written_meanwhile', collection, before, after, written })
  }
  if (encoding.vectors === 'none' || totals.objects === 0) return
  const missing: string[] = []
  let lacking = 0
  for (const { name, vectors, vectorizer } of indexesOf(manifest)) {
    const which = name === '' ? '' : ` ${name}`
    if (vectors >= totals.objects) continue
    if (vectors === 0 && !MODEL.test(JSON.stringify(vectorizer ?? ''))) {
      emit({ type: 'vectors_missing', collection, vector: name })
    } else {
      missing.push(`${vectors} vectors${which}`)
      lacking += totals.objects - vectors
    }
  }
  if (lacking <= invalidVectors || options.allowMissingVectors) return
  throw incompleteArchive(
    `${collection} has an index for vectors, but ${missing.join(', ')} for ${totals.objects} objects`,
    '--allow-missing-vectors backs it up anyway, --no-vectors without any',
  )
}

/**
 * Refuses an empty backup.
 * @throws ElysiaError ELYSIA_INCOMPLETE if there are no objects, or none was selected, unless that is allowed
 */
export function requireObjects(
  objects: number,
  collection: string,
  { allowEmpty, allowShrink, schemaOnly }: Pick<BackupOptions, 'allowEmpty' | 'allowShrink' | 'schemaOnly'>,
  { selection }: Pick<Plan, 'selection'> = {},
): void {
  if (objects > 0 || allowEmpty || allowShrink || schemaOnly) return
  if (selection?.objects !== undefined) {
    throw incompleteArchive(
      `${collection} has none of these objects`,
      '--allow-empty makes the archive anyway',
    )
  }
  if (selection?.filter !== undefined) {
    throw incompleteArchive(
      `no object of ${collection} is selected by ${selection.filter}`,
      '--allow-empty makes the archive anyway',
    )
  }
  throw incompleteArchive(`${collection} has no objects`, '--allow-empty backs it up anyway')
}

/** A vectorizer with a model, so each object must have a vector. */
const MODEL = /"(text|multi|img|ref)2(vec|multivec)-/

/** The vector indexes of the class, the unnamed one as `''`, and how many vectors the parts have for each. */
function indexesOf({ schema, parts, totals }: Manifest) {
  const { unnamed, named } = vectorNames(schema as unknown as CollectionSchema)
  const config = (schema.vectorConfig ?? {}) as Readonly<Record<string, { vectorizer?: unknown }>>
  const counts = new Map<string, number>()
  for (const part of parts) {
    for (const [name, count] of Object.entries(part.named_vectors ?? {})) {
      counts.set(name, (counts.get(name) ?? 0) + count)
    }
  }
  const withName = counts.values().reduce((sum, count) => sum + count, 0)
  const first = { name: '', vectors: totals.vectors - withName, vectorizer: schema.vectorizer }
  const others = named.map((name) => ({
    name,
    vectors: counts.get(name) ?? 0,
    vectorizer: config[name]?.vectorizer,
  }))
  return unnamed ? [first, ...others] : others
}
