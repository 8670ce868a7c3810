import t from 'tap'
import type { Report } from '../../../lib/core/report.ts'
import { settledCount } from '../../../lib/core/report.ts'
import { type WatchFacts, WatchTotals } from '../../../lib/job/watch/report.ts'
import { add, contentsOf, pass, placeOf, watched } from './watching.ts'

const AT = '2026-01-01T00:00:00.000Z'
const ENDED = {
  id: 'r',
  status: 'interrupted',
  error: undefined,
  startedAt: AT,
  seconds: 1,
  retries: 0,
} as const

const FACTS: WatchFacts = { id: 'r', collection: 'c', class: 'C', target: 't' }

/** The report of a file in which everything was skipped. */
function skipping(skipped: Record<string, number>, commits: Record<string, string> = {}): Report {
  const records = Object.values(skipped).reduce((sum, count) => sum + count, 0)
  return {
    ...new WatchTotals(false).report(FACTS, ENDED),
    lines: records,
    records,
    skipped,
    commits,
  }
}

t.test('names of the prototype of all objects are names like any other', async (t) => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'vendor']
  const line = (record: object) => `${JSON.stringify(record)}\n`
  const skip = (reason: string) =>
    line({ repo: 'r', op: 'add', path: reason, content: 'x', skip_index: true, skip_reason: reason })
  const lines = names
    .map((repo) => skip(repo) + line({ repo, new_changeset: { commit: `of ${repo}` } }))
    .join('')
  const place = placeOf(t, { '1.jsonl': lines, '2.jsonl': lines })
  const { report } = (await pass(place)).ended
  t.same(Object.entries(report.skipped).sort(), names.map((name) => [name, 2]).sort())
  t.same(Object.entries(report.commits).sort(), names.map((name) => [name, `of ${name}`]).sort())
  t.equal(settledCount(report), report.records)
  t.same(await contentsOf(place), {})
})

t.test('a watch tells how many batches are in flight', async (t) => {
  const place = placeOf(t, { '1.jsonl': add('a', 'x') })
  const told: number[] = []
  await watched(place, {}, (files) => files.length === 1, {
    onInFlight: (batches) => void told.push(batches),
  })
  t.same([Math.max(...told), told.at(-1)], [1, 0])
})

t.test('reasons of many files are kept apart up to a bound, and counted beyond it', async (t) => {
  const totals = new WatchTotals(false)
  for (let file = 0; file < 50; file++)
    totals.add(
      skipping(Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`${file} ${index}`, 2]))),
    )
  const { skipped, records } = totals.report(FACTS, ENDED)
  t.ok(Object.keys(skipped).length <= 101)
  t.equal(
    Object.values(skipped).reduce((sum, count) => sum + count, 0),
    records,
  )
  t.equal(skipped.other, 1000 - 200)
})

t.test(
  'of the last commits of many repositories the newest stay, and how many gave way is said',
  async (t) => {
    const totals = new WatchTotals(false)
    for (let file = 0; file < 21; file++)
      totals.add(
        skipping(
          {},
          Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`${file}/${index}`, 'c'])),
        ),
      )
    totals.add(skipping({}, { '20/0': 'newer' }))
    const { commits, commits_left_out: leftOut } = totals.report(FACTS, ENDED)
    t.equal(Object.keys(commits).length, 10_000)
    t.equal(leftOut, 500)
    t.equal(commits['20/0'], 'newer')
    t.notOk(Object.hasOwn(commits, '0/499'))
  },
)
