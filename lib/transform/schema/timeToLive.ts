import type { JsonObject, StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'

/** How long objects of a class live. */
export interface TimeToLive {
  /** A date property; `_creationTimeUnix` or `_lastUpdateTimeUnix`. */
  readonly of: string
  /** How long after that time an object expires. */
  readonly seconds: number
  /** True if expired objects that are not deleted yet are counted but not returned. */
  readonly hidesExpired: boolean
}

/** The time to live of a class; undefined if its objects never expire. */
export function timeToLive({ objectTtlConfig }: CollectionSchema): TimeToLive | undefined {
  if (typeof objectTtlConfig !== 'object' || objectTtlConfig === null) return undefined
  const { enabled, deleteOn, defaultTtl, filterExpiredObjects } = objectTtlConfig as JsonObject
  if (enabled !== true || typeof deleteOn !== 'string') return undefined
  const seconds = typeof defaultTtl === 'number' ? defaultTtl : 0
  return { of: deleteOn, seconds, hidesExpired: filterExpiredObjects === true }
}

/** True if the store sets the time when it writes. */
export function isOfStore({ of }: TimeToLive): boolean {
  return of === '_creationTimeUnix' || of === '_lastUpdateTimeUnix'
}

/** When an object expires by its own date, in milliseconds since 1970; undefined if never. */
export function expiryMs({ of, seconds }: TimeToLive, { properties }: StoredObject): number | undefined {
  const date = properties[of]
  const moment = typeof date === 'string' ? Date.parse(date) : Number.NaN
  return Number.isNaN(moment) ? undefined : moment + seconds * 1000
}

/**
 * False for an archived object that cannot have expired by then. Times set by a store are those in the archive, or
 * later; if the archive lacks them, the object may have expired.
 */
export function mayHaveExpired(life: TimeToLive, object: StoredObject, byMs: number): boolean {
  if (!isOfStore(life)) return (expiryMs(life, object) ?? Number.POSITIVE_INFINITY) <= byMs
  const sinceMs = life.of === '_creationTimeUnix' ? object.createdMs : object.updatedMs
  return sinceMs === undefined || sinceMs + life.seconds * 1000 <= byMs
}
