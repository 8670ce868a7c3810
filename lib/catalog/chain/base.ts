import { before, periodOf } from '../../core/duration.ts'
import { ElysiaError } from '../../core/errors.ts'
import { counted } from '../../core/units.ts'
import type { Catalog } from '../catalog.ts'
import type { ArchiveRecord } from '../record.ts'
import { lineageOf } from './lineage.ts'

/** What a backup is to be an increment of. */
export interface BaseWanted {
  /** The class, and the store that it is in. */
  readonly collection: string
  readonly cluster: string
  /** What the backup holds: a base holds the same. */
  readonly vectors: boolean
  readonly allTenants: boolean
  /** How its objects are selected; absent where all are. @see selectionText */
  readonly selection?: string | undefined
  /** How often there is to be a full archive: one of so many (`7`), or when the last is so old (`7d`). */
  readonly fullEvery?: string | undefined
}

/** The archive to make an increment of, or why there is to be a full one. */
export type BaseChoice =
  | { readonly base: ArchiveRecord; readonly reason?: never }
  | { readonly base?: never; readonly reason: string }

/**
 * The newest archive that an increment can be made of: complete, not found damaged, with all its bases. A full archive is
 * to be made where there is none, or where --full-every says so.
 */
export function newestBase(catalog: Catalog, wanted: BaseWanted, now = Date.now()): BaseChoice {
  const { collection, cluster, vectors, allTenants, selection } = wanted
  const all = catalog.list({ collection, cluster, status: ['complete'], sort: 'started_at:desc' })
  const same = all.filter(
    (one) =>
      one.content === 'full' &&
      one.shape === 'directory' &&
      one.without_vectors !== vectors &&
      one.all_tenants === allTenants &&
      one.selection === selection,
  )
  for (const base of same) {
    const { bases, fault } = lineageOf(catalog, base)
    if (fault !== undefined) continue
    const due = fullDue([...bases, base], wanted.fullEvery, now)
    return due === undefined ? { base } : { reason: due }
  }
  return { reason: `there is no archive of ${collection} in ${cluster} to make an increment of` }
}

/**
 * The archive of an id, or of the beginning of one.
 * @throws ElysiaError ELYSIA_USAGE where it is a single file, ELYSIA_CONFLICT where it, or a base of it, is not whole
 */
export function namedBase(catalog: Catalog, id: string, wanted: BaseWanted, now = Date.now()): BaseChoice {
  const base = catalog.get(id)
  const { bases, fault } = lineageOf(catalog, base)
  if (base.shape === 'file') {
    throw new ElysiaError(
      'ELYSIA_USAGE',
      `${base.id} is a single file, which has no index: there can be no increment of it`,
      {
        hint: '--full makes a full archive in a directory; later increments are made of that one',
      },
    )
  }
  if (fault !== undefined) {
    throw new ElysiaError('ELYSIA_CONFLICT', `${base.id} ${fault}: there can be no increment of it`, {
      hint: '--full makes a full archive; later increments are made of that one',
    })
  }
  const due = fullDue([...bases, base], wanted.fullEvery, now)
  return due === undefined ? { base } : { reason: due }
}

/** Why a full archive is due after these, the oldest of which is full; undefined where none is. */
function fullDue(
  lineage: readonly ArchiveRecord[],
  every: string | undefined,
  now: number,
): string | undefined {
  if (every === undefined) return undefined
  const full = lineage[0]!
  if (/^\d+$/.test(every)) {
    if (lineage.length < Number(every)) return undefined
    return `there are ${counted(lineage.length, 'archive')} since ${full.id}, the last full one`
  }
  if (Date.parse(full.started) > before(now, periodOf(every, '--full-every'))) return undefined
  return `${full.id}, the last full archive, is ${every} old`
}
