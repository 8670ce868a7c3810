import type { HistoryChoice } from '../entry.ts'

/**
 * Rows with their target; the SQL after it filters and sorts. CROSS makes SQLite start with the runs, by one of their
 * indexes.
 */
export const SELECT_RUNS = 'SELECT runs.*, target FROM runs CROSS JOIN subjects USING (subject)'

/** SQL to follow `SELECT_RUNS`, and its parameters. */
export interface HistoryQuery {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/** The SQL for a choice of runs, newest first. */
export function queryOf(choice: HistoryChoice): HistoryQuery {
  const { sql, values } = whereClause(choice)
  const { limit } = choice
  const order = 'ORDER BY started_at DESC, number DESC'
  if (limit === undefined) return { sql: `${sql} ${order}`, values }
  return { sql: `${sql} ${order} LIMIT ?`, values: [...values, limit] }
}

/** The condition of a choice of runs, without an order. */
function whereClause(choice: HistoryChoice): HistoryQuery {
  const { kind, status, collection, target, since, before } = choice
  const terms: string[] = []
  const values: (string | number)[] = []
  const add = (term: string, ...more: (string | number)[]) => {
    terms.push(term)
    values.push(...more)
  }
  // Without statistics SQLite takes any of the indexes: a collection has the fewest rows, and + hides the other
  // indexes.
  const hidden = collection === undefined ? '' : '+'
  if (kind !== undefined) add(`${hidden}runs.kind IN (${kind.map(() => '?').join()})`, ...kind)
  if (status !== undefined) add(`${hidden}status IN (${status.map(() => '?').join()})`, ...status)
  if (collection !== undefined) add('runs.collection = ?', collection)
  if (target !== undefined) add('target = ?', target)
  if (since !== undefined) add('started_at >= ?', Date.parse(since))
  if (before !== undefined) add('started_at < ?', Date.parse(before))
  return { sql: terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`, values }
}

/**
 * Splits a choice into choices of one kind and one status each: an index sorts the runs of each, but not of several
 * together. A choice by collection stays whole: the collection finds it.
 */
export function splitChoice(choice: HistoryChoice): HistoryChoice[] {
  const { kind, status, collection } = choice
  if (collection !== undefined) return [choice]
  const ofKinds =
    kind === undefined ? [choice] : [...new Set(kind)].map((one) => ({ ...choice, kind: [one] }))
  if (status === undefined) return ofKinds
  return ofKinds.flatMap((some) => [...new Set(status)].map((one) => ({ ...some, status: [one] })))
}
