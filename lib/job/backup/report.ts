import type { Manifest } from '../../archive/manifest.ts'

/** What a backup did. Counts are of bytes that were written and read again. */
export interface BackupReport {
  readonly archive: string
  readonly status: 'done' | 'planned'
  readonly collection: string
  readonly target: string
  /** Where it lies; `-` for a pipe. */
  readonly location: string
  readonly format: string
  readonly compression: string
  readonly reason?: string
  readonly parts: number
  /** Parts that an interrupted run had made, and that were kept. */
  readonly parts_kept: number
  readonly objects: number
  readonly vectors: number
  readonly tenants?: number
  readonly bytes: number
  readonly raw_bytes: number
  readonly digest: string
  readonly counts: Manifest['counts']
  readonly consistency: string
  readonly retries: number
  readonly seconds: number
  /** Objects a second. */
  readonly rate: number
  readonly peak_rss_bytes: number
}

/** How a run went, beside its archive. */
export interface RunFigures {
  readonly location: string
  readonly kept: number
  readonly retries: number
  readonly startedMs: number
}

export function backupReport(manifest: Manifest, figures: RunFigures): BackupReport {
  const { encoding, totals, tenants } = manifest
  const seconds = (performance.now() - figures.startedMs) / 1000
  const level = encoding.level === undefined ? '' : `:${encoding.level}`
  return {
    archive: manifest.id,
    status: 'done',
    collection: manifest.collection,
    target: manifest.source.target,
    location: figures.location,
    format: encoding.format,
    compression: `${encoding.compression}${level}`,
    ...(encoding.reason !== undefined && { reason: encoding.reason }),
    parts: manifest.parts.length,
    parts_kept: figures.kept,
    objects: totals.objects,
    vectors: totals.vectors,
    ...(tenants && { tenants: tenants.length }),
    bytes: totals.bytes,
    raw_bytes: totals.raw_bytes,
    digest: totals.digest,
    counts: manifest.counts,
    consistency: manifest.consistency,
    retries: figures.retries,
    seconds,
    rate: totals.objects / seconds,
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
  }
}
