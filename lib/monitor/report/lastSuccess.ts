import { EXPECTED, type ExpectedKind } from '../expect/expectations.ts'
import type { CompletedJobs } from '../expect/judgeExpectations.ts'
import type { SubjectSuccess } from '../history/entry.ts'
import type { KnownArchives } from './archives.ts'

/** More than clocks differ: a date so far ahead came from a wrong clock. */
const AHEAD_MS = 3_600_000

/** When each job was last done well, according to the history and the archives. */
export function lastSuccessTimes(
  subjects: readonly SubjectSuccess[],
  archives: KnownArchives,
  nowMs: number,
  note: (text: string) => void,
): CompletedJobs {
  const last = { backup: new Map(), verify: new Map(), rehearse: new Map() } satisfies Record<
    ExpectedKind,
    Last
  >
  const latestMs = nowMs + AHEAD_MS
  const put = (what: ExpectedKind, collection: string, target: string, atMs: number) => {
    if (atMs > latestMs) {
      const at = new Date(atMs).toISOString()
      return note(
        `the ${what} of ${collection} of ${at} does not count: that is to come, by a clock that was wrong`,
      )
    }
    putLater(last[what], collection, atMs)
    putLater(last[what], atTarget(collection, target), atMs)
  }
  const collections = new Set<string>()
  for (const { kind, collection, target, succeededMs } of subjects) {
    // Undoing a migration is a run of an alias, and its classes have runs of their own.
    if (collection !== '' && kind !== 'migrate') collections.add(collection)
    if (succeededMs !== null && isExpected(kind)) put(kind, collection, target, succeededMs)
  }
  for (const { id, collection, cluster, started, finished = started, verified } of archives.complete) {
    collections.add(collection)
    if (archives.isSound(id)) put('backup', collection, cluster, Date.parse(finished))
    if (verified?.ok !== true) continue
    const verifiedMs = Date.parse(verified.time)
    put('verify', collection, cluster, verifiedMs)
    if (verified.level === 'rehearsed') put('rehearse', collection, cluster, verifiedMs)
  }
  return {
    collections: [...collections],
    lastMs: (what, collection, target) =>
      last[what].get(target === undefined ? collection : atTarget(collection, target)),
  }
}

/** The latest moments by collection, and by collection and target. */
type Last = Map<string, number>

function putLater(last: Last, key: string, ms: number): void {
  const known = last.get(key)
  if (known === undefined || known < ms) last.set(key, ms)
}

function atTarget(collection: string, target: string): string {
  return `${collection}\0${target}`
}

function isExpected(kind: string): kind is ExpectedKind {
  return EXPECTED.some((one) => one === kind)
}
