import { parsePeriod, periodBefore } from '../../core/duration.ts'
import { ElysiaError } from '../../core/errors.ts'
import { pluralize } from '../../core/units.ts'
import type { Catalog } from '../catalog.ts'
import type { ArchiveRecord } from '../record.ts'
import { lineageOf } from './lineage.ts'

/** The kind of base that a backup needs for an increment. */
export interface BaseRequest {
  /** The class, and the store that contains it. */
  readonly collection: string
  readonly cluster: string
  /** The contents of the backup, which have to equal those of the base. */
  readonly vectors: boolean
  readonly allTenants: boolean
  /** How its objects are selected; absent for all objects. @see selectionText */
  readonly selection?: string | undefined
  /** How often to make a full archive: one out of so many (`7`), or when the last one is this old (`7d`). */
  readonly fullEvery?: string | undefined
}

/** The archive to use as a base, or why a full archive has to be made. */
export type BaseChoice =
  | { readonly base: ArchiveRecord; readonly reason?: never }
  | { readonly base?: never; readonly reason: string }

/**
 * Finds the newest archive that can be a base: complete, not known to be damaged, with all its bases. If there is
 * none, or --full-every says so, a full archive has to be made.
 */
export function newestBase(catalog: Catalog, wanted: BaseRequest, now = Date.now()): BaseChoice {
  const { collection, cluster, vectors, allTenants, selection } = wanted
  const all = catalog.list({ collection, cluster, status: ['complete'], sort: 'started_at:desc' })
  const candidates = all.filter(
    (one) =>
      one.content === 'full' &&
      one.shape === 'directory' &&
      one.without_vectors !== vectors &&
      one.all_tenants === allTenants &&
      one.selection === selection,
  )
  let unfit: string | undefined
  for (const base of candidates) {
    const { bases, fault } = lineageOf(catalog, base)
    if (fault !== undefined) {
      unfit ??= `${base.id} ${fault}`
      continue
    }
    const due = fullDue([...bases, base], wanted.fullEvery, now)
    return due === undefined ? { base } : { reason: due }
  }
  return { reason: unfit ?? `there is no archive of ${collection} in ${cluster} to make an increment of` }
}

/**
 * Finds an archive by its id, or by a prefix of it.
 * @throws ElysiaError ELYSIA_USAGE if it is a single file, ELYSIA_CONFLICT if it, or one of its bases, is incomplete
 * or damaged
 */
export function namedBase(catalog: Catalog, id: string, wanted: BaseRequest, now = Date.now()): BaseChoice {
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

/** Why a full archive is due after these, of which the oldest is full; undefined if it is not due. */
function fullDue(
  lineage: readonly ArchiveRecord[],
  every: string | undefined,
  now: number,
): string | undefined {
  if (every === undefined) return undefined
  const full = lineage[0]!
  if (/^\d+$/.test(every)) {
    if (lineage.length < Number(every)) return undefined
    return `there are ${pluralize(lineage.length, 'archive')} since ${full.id}, the last full one`
  }
  if (Date.parse(full.started) > periodBefore(now, parsePeriod(every, '--full-every'))) return undefined
  return `${full.id}, the last full archive, is ${every} old`
}
