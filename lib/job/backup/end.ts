import { sumOfDigests } from '../../archive/digest.ts'
import type { Manifest, Part, Plan } from '../../archive/manifest.ts'
import { ElysiaError } from '../../errors.ts'
import type { Store, Tenant } from '../../store/store.ts'
import type { Notify } from '../notice.ts'
import type { BackupOptions } from './options.ts'
import { hasVectors } from './plan.ts'

/** The manifest of parts that are all there; counts the source anew. */
export async function manifestFor(
  store: Store,
  plan: Plan,
  tenants: readonly Tenant[] | undefined,
  parts: readonly Part[],
): Promise<Manifest> {
  const sum = (key: 'objects' | 'vectors' | 'bytes' | 'raw_bytes') =>
    parts.reduce((total, part) => total + part[key], 0)
  const objects = sum('objects')
  const { before } = plan.counts
  const after = await countOf(store, plan.collection, tenants)
  return {
    ...plan,
    finished: new Date().toISOString(),
    parts: [...parts],
    totals: {
      objects,
      vectors: sum('vectors'),
      bytes: sum('bytes'),
      raw_bytes: sum('raw_bytes'),
      digest: sumOfDigests(parts.map(({ digest }) => digest)),
    },
    counts: { before, after, written: objects },
    consistency: consistencyOf(plan, before, after, objects),
  }
}

async function countOf(store: Store, name: string, tenants: readonly Tenant[] | undefined): Promise<number> {
  const collection = store.collection(name)
  let count = 0
  for (const call of tenants?.map((tenant) => ({ tenant: tenant.name })) ?? [{}])
    count += await collection.count(call)
  return count
}

function consistencyOf({ content }: Plan, before: number, after: number, written: number): string {
  if (content === 'schema-only') return 'the schema alone'
  const scan = 'a scan in order of id, not a point in time'
  if (before === after && after === written) return `${scan}; the counts before and after it agree`
  return `${scan}; the collection was written to meanwhile`
}

/** An archive that holds less than its source is no backup. @throws ElysiaError ELYSIA_INCOMPLETE */
export function requireWhole(manifest: Manifest, options: BackupOptions, notify: Notify): void {
  const { content, counts, totals, encoding, collection, schema } = manifest
  if (content === 'schema-only') return
  const { before, after, written } = counts
  if (before === after && written !== before) {
    throw incomplete(
      `${collection} has ${before} objects, but the scan found ${written}`,
      'a replica may lack some',
    )
  }
  if (written === 0 && !options.allowEmpty) {
    throw incomplete(`${collection} has no objects`, '--allow-empty backs it up all the same')
  }
  if (encoding.vectors === 'none' || totals.objects === 0 || !hasVectors(schema as never)) return
  if (totals.vectors === 0 && !hasVectorizer(schema)) {
    notify('no_vectors', `no object of ${collection} has a vector, though its schema has an index for them`)
  } else if (bare(manifest) && !options.allowMissingVectors) {
    throw incomplete(
      `${collection} has an index for vectors, but ${totals.vectors} vectors for ${totals.objects} objects`,
      '--allow-missing-vectors backs it up all the same, --no-vectors without any',
    )
  }
}

function bare({ totals }: Manifest): boolean {
  return totals.vectors < totals.objects
}

/** True where a model makes the vectors, so that each object must have one. */
function hasVectorizer(schema: Readonly<Record<string, unknown>>): boolean {
  const text = JSON.stringify([schema.vectorizer, schema.vectorConfig])
  return /"(text|multi|img|ref)2(vec|multivec)-/.test(text)
}

function incomplete(fact: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_INCOMPLETE', `${fact}: this is no backup`, { hint })
}
