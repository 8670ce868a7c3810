import { ElysiaError } from '../../core/errors.ts'
import { momentOf } from '../../core/moment.ts'
import { locationMatcher } from '../location.ts'
import type { ArchiveStatus } from '../status.ts'
import { fieldNamed } from './fields.ts'
import { type Condition, conditionOf, hasTag } from './where.ts'

/** Selects and sorts archives; all conditions must hold. */
export interface ArchiveFilter {
  readonly collection?: string
  readonly cluster?: string
  /** Started at this moment or later, as `momentOf` reads it. */
  readonly since?: string
  /** Started before this moment. */
  readonly until?: string
  /** Has all of these tags. */
  readonly tags?: readonly string[]
  /** Has any of these; by default all except `deleted`. */
  readonly status?: readonly ArchiveStatus[]
  /** Expressions as `conditionOf` reads them. */
  readonly where?: readonly string[]
  /** `FIELD`, `FIELD:asc` or `FIELD:desc`; newest first by default. */
  readonly sort?: string
  readonly limit?: number
  /** A glob for the location, as `locationMatcher` reads it. */
  readonly location?: string
  /** Belongs to this set: the archives made by one run. */
  readonly set?: string
  /** Is below this directory, at any depth. */
  readonly below?: string
}

/** The part of a query after FROM. */
export interface Query {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/**
 * The query for the archives that a filter selects, sorted and limited as it says.
 * @throws ElysiaError ELYSIA_USAGE for an invalid moment, expression or field
 */
export function queryOf(filter: ArchiveFilter, now: number): Query {
  const conditions = conditionsOf(filter, now)
  const limit = filter.limit === undefined ? [] : [filter.limit]
  return {
    sql: [
      `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`,
      `ORDER BY ${orderOf(filter.sort)}`,
      ...limit.map(() => 'LIMIT ?'),
    ].join(' '),
    values: [...conditions.flatMap(({ values }) => values), ...limit],
  }
}

/** The query that counts the archives a filter selects: without order and limit. */
export function countingQueryOf(filter: ArchiveFilter, now: number): Query {
  const conditions = conditionsOf(filter, now)
  return {
    sql: `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`,
    values: conditions.flatMap(({ values }) => values),
  }
}

function conditionsOf(filter: ArchiveFilter, now: number): Condition[] {
  const { collection, cluster, since, until, tags = [], status, where = [], location } = filter
  if (location !== undefined) locationMatcher(location)
  return [
    statusCondition(status),
    ...(collection === undefined ? [] : [{ sql: 'collection = ?', values: [collection] }]),
    ...(cluster === undefined ? [] : [{ sql: 'cluster = ?', values: [cluster] }]),
    ...(since === undefined ? [] : [{ sql: 'started >= ?', values: [momentOf(since, '--since', now)] }]),
    ...(until === undefined ? [] : [{ sql: 'started < ?', values: [momentOf(until, '--until', now)] }]),
    ...(location === undefined ? [] : [{ sql: 'matches_glob(location, ?)', values: [location] }]),
    ...(filter.below === undefined ? [] : [{ sql: 'lies_below(location, ?)', values: [filter.below] }]),
    ...(filter.set === undefined ? [] : [{ sql: OF_SET, values: [filter.set] }]),
    ...tags.map((tag) => hasTag(tag)),
    ...where.map((expression) => conditionOf(expression, now)),
  ]
}

const OF_SET = "id IN (SELECT id FROM details WHERE json_extract(manifest, '$.set') = ?)"

function statusCondition(status: ArchiveFilter['status']): Condition {
  if (status === undefined) return { sql: "status <> 'deleted'", values: [] }
  return { sql: `status IN (${status.map(() => '?').join(', ')})`, values: status }
}

function orderOf(sort = 'started_at:desc'): string {
  const [, name = '', direction] = /^([a-z_]+)(?::(asc|desc))?$/.exec(sort) ?? []
  if (name === '') {
    throw new ElysiaError('ELYSIA_USAGE', `--sort ${sort} is not valid`, {
      hint: 'it takes a field, with :desc for descending order: bytes:desc',
    })
  }
  const { column, kind } = fieldNamed(name, `--sort ${sort}`)
  const isDown = (direction === 'desc') !== (kind === 'age')
  const way = isDown ? 'DESC' : 'ASC'
  return `${column} ${way}, id ${way}`
}
