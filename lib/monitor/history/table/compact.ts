import { setTimeout as wait } from 'node:timers/promises'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { sqliteCode } from '../../../database/errors.ts'

/** The part of a connection that this needs. */
interface Connection {
  prepare(sql: string): { run(): unknown; get(): unknown }
  pragma(text: string): unknown
}

/** Does work with a connection, which runs SQL to its end; errors are those of the history. */
type Use = <T>(work: (database: Connection & { exec(sql: string): void }) => T) => T

/** How much smaller the file became. */
export interface CompactionResult {
  readonly bytes: number
  /** Free bytes that the file keeps; later runs fill them. */
  readonly keptBytes: number
  /** Why it keeps them, if that is not because they are few. */
  readonly why?: string
}

/** Half a millisecond's work on an idle machine. */
const FIRST_PAGES = 200
const LEAST_PAGES = 10
/** No step should keep another process waiting for longer: a write waits at most 250 ms. */
const STEP_MS = 50
/** Long enough for a process that waits to try again. */
const PAUSE_MS = 20
/** How often in a row another process may be writing before this gives up. */
const MOST_BUSY = 20

/**
 * Gives the free pages of the file back in short steps, between which other processes write: a job that begins or ends
 * meanwhile waits for a step at most. A file from before this was possible is rewritten instead, as by `rewrite`, if more
 * than half of it is free. Never throws for what only keeps the file as large as it is.
 */
export async function releaseFreePages(use: Use): Promise<CompactionResult> {
  const before = use(sizesOf)
  const why = before.isStepwise ? await inSteps(use) : use((database) => rewritten(database, before))
  const after = use(sizesOf)
  const kept = { bytes: Math.max(0, before.bytes - after.bytes), keptBytes: after.freeBytes }
  return why === undefined ? kept : { ...kept, why }
}

async function inSteps(use: Use): Promise<string | undefined> {
  let pages = FIRST_PAGES
  for (let busy = 0; use(sizesOf).freeBytes > 0; await wait(PAUSE_MS)) {
    const startedMs = performance.now()
    try {
      use((database) => database.exec(`PRAGMA incremental_vacuum(${pages})`))
      busy = 0
    } catch (error) {
      const isBusy = error instanceof ElysiaError && error.retryable
      busy += 1
      if (!isBusy || busy === MOST_BUSY) return messageOf(error)
      continue
    }
    if (performance.now() - startedMs > STEP_MS) pages = Math.max(LEAST_PAGES, pages >> 1)
  }
  use(truncateLog)
  return undefined
}

function rewritten(database: Connection, { bytes, freeBytes }: Sizes): string | undefined {
  if (freeBytes * 2 <= bytes) return undefined
  return rewrite(database) ? undefined : 'a run is open, or another process is writing'
}

interface Sizes {
  readonly bytes: number
  readonly freeBytes: number
  /** True if the file can give back a part of its free pages. */
  readonly isStepwise: boolean
}

const INCREMENTAL = 2

function sizesOf(database: Connection): Sizes {
  const [page = 0, pages = 0, free = 0, vacuum] = [
    'page_size',
    'page_count',
    'freelist_count',
    'auto_vacuum',
  ].map((name) => database.pragma(name) as number)
  return { bytes: pages * page, freeBytes: free * page, isStepwise: vacuum === INCREMENTAL }
}

/**
 * Rewrites the file without its free pages, so that later ones can be given back in steps. It is one transaction: other
 * processes read meanwhile what was there, but cannot write (100,000 runs take about a second, and 20 on a busy machine).
 * So it does nothing while a run is open, whose end could not be written; nor if it cannot be done now, as on a full disk
 * or while another process writes. The file only stays as large as it is. True if it was done.
 */
export function rewrite(database: Connection): boolean {
  try {
    if (database.prepare('SELECT 1 FROM runs WHERE owner IS NOT NULL LIMIT 1').get() !== undefined)
      return false
    database.pragma(`auto_vacuum = ${INCREMENTAL}`)
    database.prepare('VACUUM').run()
    truncateLog(database)
    return true
  } catch (error) {
    if (sqliteCode(error) === undefined) throw error
    return false
  }
}

/** What was rewritten is in the log, which would otherwise stay as large as the file. */
function truncateLog(database: Pick<Connection, 'pragma'>): void {
  database.pragma('wal_checkpoint(TRUNCATE)')
}
