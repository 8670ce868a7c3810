import type { Manifest } from '../../archive/manifest.ts'
import { contentText } from '../../archive/selection.ts'
import type { Annotations } from '../annotations.ts'
import {
  type ArchivePlace,
  type ArchiveRecord,
  type NewArchive,
  VERIFY_LEVELS,
  type Verification,
  type VerifyLevel,
} from '../record.ts'
import { type Coverage, coverageOf, coverageText } from '../retention/coverage.ts'
import type { ArchiveStatus } from '../status.ts'
import { requireRow, textsIn } from './check.ts'
import type { Row } from './columns.ts'

/** The row of a complete archive, or of one that has begun. */
export function rowOf(
  archive: NewArchive | Manifest,
  { root, location, shape, bytes: onDisk }: ArchivePlace,
  status: ArchiveStatus,
  error: string | null,
  now: string,
): Row {
  const { id, collection, content, source, encoding, tenants = [], parent, tags, note } = archive
  const totals = 'totals' in archive ? archive.totals : NOTHING
  const { objects, vectors, raw_bytes } = totals
  return {
    ...{ id, status, collection, cluster: source.target, started: isoOf(archive.started) },
    ...{ finished: 'finished' in archive ? isoOf(archive.finished) : null, updated: now, deleted: null },
    ...{ root, location, shape, content, format: encoding.format },
    compression: encoding.compression + (encoding.level === undefined ? '' : `:${encoding.level}`),
    ...{ objects, vectors, bytes: onDisk ?? totals.bytes, raw_bytes },
    parts: 'parts' in archive ? archive.parts.length : 0,
    version: source.version,
    tenants: JSON.stringify(tenants.map(({ name }) => name)),
    parent: parent ?? null,
    tags: JSON.stringify(tags),
    note: note ?? null,
    ...{
      pinned: 0,
      damaged: 0,
      verified_level: null,
      verified_time: null,
      verified_ok: null,
      error,
      annotated: 0,
    },
    without_vectors: encoding.vectors === 'none' ? 1 : 0,
    all_tenants: archive.tenants === undefined || archive.all_tenants === true ? 1 : 0,
    filter: contentText(archive) || null,
  }
}

const NOTHING = { objects: 0, vectors: 0, bytes: 0, raw_bytes: 0 }

/** Times in one form, so that they sort as texts. */
function isoOf(time: string): string {
  const moment = new Date(time)
  return Number.isNaN(moment.getTime()) ? time : moment.toISOString()
}

/** A row with the annotations of its archive, and the results of verifications. */
export function annotatedRow(row: Row, { pinned, tags, note, verifications }: Annotations): Row {
  return {
    ...row,
    ...{ pinned: pinned ? 1 : 0, tags: JSON.stringify(tags), note: note ?? null, annotated: 1 },
    ...verifiedColumns(verifications),
  }
}

/** Damage stays until a verification at least as deep finds the archive intact. */
export function verifiedColumns(verifications: readonly Verification[]) {
  const last = verifications.toSorted((a, b) => (a.time < b.time ? 1 : -1))[0]
  return {
    damaged: verifications.some((one) => isDamage(one)) ? 1 : 0,
    verified_level: last?.level ?? null,
    verified_time: last?.time ?? null,
    verified_ok: last === undefined ? null : Number(last.ok),
  }
}

/**
 * True for a verification that found the archive itself damaged, and not only a store that differs or refuses objects.
 */
function isDamage({ level, ok }: Verification): boolean {
  return !ok && isOfArchive(level)
}

/** The deepest verification that found the archive damaged: one of its level clears that. */
export function damageIn(verifications: readonly Verification[]): Verification | undefined {
  return verifications
    .filter(isDamage)
    .toSorted((a, b) => VERIFY_LEVELS.indexOf(b.level) - VERIFY_LEVELS.indexOf(a.level))[0]
}

/** True for a level that checks only the archive, and all of it. */
function isOfArchive(level: VerifyLevel): boolean {
  return level !== 'live' && level !== 'rehearsed'
}

/** The last verification of each level after another one; a complete one replaces the results of shallower ones. */
export function withVerification(before: readonly Verification[], made: Verification): Verification[] {
  const depth = VERIFY_LEVELS.indexOf(made.level)
  const settles = made.ok && made.sample === undefined
  const stay = before.filter(({ level, ok }) => {
    const isShallower = VERIFY_LEVELS.indexOf(level) < depth
    return level !== made.level && !(settles && !ok && isShallower && isOfArchive(made.level))
  })
  return [...stay, made]
}

/** The archive that a row describes. @throws InvalidRow for a row that we never write */
export function recordOf(row: Row): ArchiveRecord {
  requireRow(row)
  const tenants = textsIn(row.tenants)
  const { finished, deleted, parent, note, error, verified_level: level, verified_time: time } = row
  const { id, status, collection, cluster, started, updated, root, location, shape } = row
  const { content, format, compression, objects, vectors, bytes, raw_bytes, parts, version } = row
  return {
    ...{ id, status, collection, cluster, started, ...(finished !== null && { finished }), updated },
    ...{ ...(deleted !== null && { deleted }), root, location, shape, content, format, compression },
    ...{ objects, vectors, bytes, raw_bytes, parts, version, tenants },
    ...{ kind: parent === null ? 'full' : 'incremental', ...(parent !== null && { parent }) },
    tags: textsIn(row.tags),
    ...(note !== null && { note }),
    ...{ pinned: row.pinned === 1, damaged: row.damaged === 1 },
    ...(level !== null && time !== null && { verified: { level, time, ok: row.verified_ok === 1 } }),
    ...(error !== null && { error }),
    holds: coverageText(coverageOfRow(row, tenants)),
    ...{ without_vectors: row.without_vectors === 1, all_tenants: row.all_tenants === 1 },
    ...(row.filter !== null && { selection: row.filter }),
  }
}

type CoverageColumns = Pick<Row, 'content' | 'without_vectors' | 'all_tenants' | 'filter'>

/** The coverage that the columns of a row describe. */
export function coverageOfRow(
  { content, without_vectors, all_tenants, filter }: CoverageColumns,
  tenants: readonly string[],
): Coverage {
  return coverageOf({
    content,
    withoutVectors: without_vectors === 1,
    allTenants: all_tenants === 1,
    tenants,
    ...(filter !== null && { selection: filter }),
  })
}
