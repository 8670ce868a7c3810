import type { Candidate } from '../retention/candidate.ts'
import type { ArchiveStatus } from '../status.ts'
import { rowCheck, textsIn } from './check.ts'
import type { IndexDatabase } from './database.ts'
import { type ArchiveFilter, countingQueryOf } from './query.ts'
import { coverageOfRow } from './row.ts'

/** The input for planning retention: the archives that a filter selects, and all others that are not deleted. */
export interface Candidates {
  readonly chosen: Candidate[]
  readonly others: Candidate[]
}

/**
 * Reads the archives for planning retention. Memory: a few columns of each archive.
 * @throws ElysiaError as `countingQueryOf`, IndexDamaged for an invalid row
 */
export function candidatesIn(index: IndexDatabase, filter: ArchiveFilter): Candidates {
  const rows = index.raw<CandidateRow>(
    `SELECT ${CANDIDATE_COLUMNS} FROM archives WHERE status <> 'deleted'`,
    [],
  )
  const all = index.reading(() => candidatesOf(rows))
  if (Object.keys(filter).length === 0) return { chosen: all, others: [] }
  const { sql, values } = countingQueryOf(filter, Date.now())
  const ids = new Set(index.raw<[string]>(`SELECT id FROM archives ${sql}`, values).map(([id]) => id))
  return { chosen: all.filter(({ id }) => ids.has(id)), others: all.filter(({ id }) => !ids.has(id)) }
}

const CANDIDATE_NAMES = [
  ...(['id', 'started', 'updated', 'status', 'cluster', 'collection', 'tenants', 'tags', 'pinned'] as const),
  ...([
    'damaged',
    'parent',
    'bytes',
    'location',
    'content',
    'without_vectors',
    'all_tenants',
    'filter',
  ] as const),
]

/** The columns that retention needs, in the order of a CandidateRow. */
const CANDIDATE_COLUMNS = CANDIDATE_NAMES.join(', ')

const requireCandidate = rowCheck(CANDIDATE_NAMES)

type CandidateRow = readonly [
  id: string,
  started: string,
  updated: string,
  status: ArchiveStatus,
  cluster: string,
  collection: string,
  tenants: string,
  tags: string,
  pinned: number,
  damaged: number,
  parent: string | null,
  bytes: number,
  location: string,
  content: string,
  without_vectors: number,
  all_tenants: number,
  filter: string | null,
]

/** Different lists of tags and tenants are few, but occur in many rows, so each is parsed once. @throws InvalidRow */
function candidatesOf(rows: readonly CandidateRow[]): Candidate[] {
  const lists = new Map<string, readonly string[]>()
  const listOf = (json: string): readonly string[] => {
    let list = lists.get(json)
    if (list === undefined) {
      list = textsIn(json)
      lists.set(json, list)
    }
    return list
  }
  return rows.map((row) => candidateOf(row, listOf))
}

function candidateOf(row: CandidateRow, listOf: (json: string) => readonly string[]): Candidate {
  requireCandidate(row)
  const [id, started, updated, status, cluster, collection, tenants, tags, pinned, damaged, ...more] = row
  const [parent, bytes, location, content, without_vectors, all_tenants, filter] = more
  return {
    id,
    time: Date.parse(started),
    ...(status !== 'complete' && { touched: Date.parse(updated) }),
    status,
    cluster,
    collection,
    tenant: listOf(tenants).join(','),
    tags: listOf(tags),
    pinned: pinned === 1,
    damaged: damaged === 1,
    bytes,
    ...(parent !== null && { parent }),
    holds: coverageOfRow({ content, without_vectors, all_tenants, filter }, listOf(tenants)),
    location,
  }
}
