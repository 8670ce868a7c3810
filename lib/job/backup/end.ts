import { sumOfDigests } from '../../archive/digest.ts'
import type { Manifest, Part, Plan } from '../../archive/manifest.ts'
import type { Notify } from '../notice.ts'
import type { BackupOptions } from './options.ts'
import { hasVectors } from './plan.ts'
import { incomplete } from './scan/found.ts'

/** Objects that the store counted before and after a scan. */
export interface SourceCounts {
  readonly before: number
  readonly after: number
}

/** The manifest of parts that are all there. */
export function manifestFor(plan: Plan, { before, after }: SourceCounts, parts: readonly Part[]): Manifest {
  const sum = (key: 'objects' | 'vectors' | 'bytes' | 'raw_bytes') =>
    parts.reduce((total, part) => total + part[key], 0)
  const objects = sum('objects')
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

function consistencyOf({ content }: Plan, before: number, after: number, written: number): string {
  if (content === 'schema-only') return 'the schema alone'
  const scan = 'a scan in order of id, not a point in time'
  if (before === after && after === written) return `${scan}; the counts before and after it agree`
  return `${scan}; the collection was written to meanwhile`
}

/**
 * An archive that holds less than its source is no backup; what was written meanwhile is said.
 * `invalidVectors`: how many were left out because they are not finite.
 * @throws ElysiaError ELYSIA_INCOMPLETE
 */
export function requireWhole(
  manifest: Manifest,
  options: BackupOptions,
  notify: Notify,
  invalidVectors: number,
): void {
  const { content, counts, totals, encoding, collection, schema } = manifest
  if (content === 'schema-only') return
  const { before, after, written } = counts
  if (written === 0 && !options.allowEmpty) {
    throw incomplete(`${collection} has no objects`, '--allow-empty backs it up all the same')
  }
  if (before !== after || after !== written) {
    notify(
      'written_meanwhile',
      `${collection} was counted at ${before} objects before the scan and at ${after} after it; the archive holds ${written}`,
    )
  }
  if (encoding.vectors === 'none' || totals.objects === 0 || !hasVectors(schema as never)) return
  if (totals.vectors === 0 && !hasVectorizer(schema)) {
    notify('no_vectors', `no object of ${collection} has a vector, though its schema has an index for them`)
  } else if (totals.vectors + invalidVectors < totals.objects && !options.allowMissingVectors) {
    throw incomplete(
      `${collection} has an index for vectors, but ${totals.vectors} vectors for ${totals.objects} objects`,
      '--allow-missing-vectors backs it up all the same, --no-vectors without any',
    )
  }
}

/** True where a model makes the vectors, so that each object must have one. */
function hasVectorizer(schema: Readonly<Record<string, unknown>>): boolean {
  const text = JSON.stringify([schema.vectorizer, schema.vectorConfig])
  return /"(text|multi|img|ref)2(vec|multivec)-/.test(text)
}
