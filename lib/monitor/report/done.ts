import { EXPECTED } from '../expect/expectations.ts'
import type { Done } from '../expect/missed.ts'
import type { SubjectSuccess } from '../history/entry.ts'
import type { KnownArchives } from './archives.ts'

/** More than clocks differ: a date so far ahead came from a wrong clock. */
const AHEAD_MS = 3_600_000

/** When each job was last done well, according to the history and the archives. */
export function doneOf(
  subjects: readonly SubjectSuccess[],
  archives: KnownArchives,
  nowMs: number,
  note: (text: string) => void,
): Done {
  const last = new Map<string, string>()
  const latest = new Date(nowMs + AHEAD_MS).toISOString()
  const put = (what: string, collection: string, target: string, at: string) => {
    if (at > latest)
      return note(
        `the ${what} of ${collection} of ${at} does not count: that is to come, by a clock that was wrong`,
      )
    for (const key of [`${what}\0${collection}\0${target}`, `${what}\0${collection}`]) {
      if ((last.get(key) ?? '') < at) last.set(key, at)
    }
  }
  const collections = new Set<string>()
  for (const { kind, collection, target, succeededMs } of subjects) {
    if (collection !== '') collections.add(collection)
    if (succeededMs !== null && isExpected(kind))
      put(kind, collection, target, new Date(succeededMs).toISOString())
  }
  for (const { id, collection, cluster, started, finished = started, verified } of archives.complete) {
    collections.add(collection)
    if (archives.isSound(id)) put('backup', collection, cluster, finished)
    if (verified?.ok !== true) continue
    put('verify', collection, cluster, verified.time)
    if (verified.level === 'rehearsed') put('rehearse', collection, cluster, verified.time)
  }
  return {
    collections: [...collections],
    last: (what, collection, target) =>
      last.get(target === undefined ? `${what}\0${collection}` : `${what}\0${collection}\0${target}`),
  }
}

function isExpected(kind: string): boolean {
  return EXPECTED.some((one) => one === kind)
}
