// What rules find in a history and a report.
import t from 'tap'
import { evaluateRules } from '../../../../lib/monitor/alerts/rule/evaluateRules.ts'
import type { HistoryEntry } from '../../../../lib/monitor/history/entry.ts'
import type { MonitorReport } from '../../../../lib/monitor/report/schema.ts'
import { HOUR, NOON, readerOf, reportOf, runAt, settingsOf } from '../madeUp.ts'

interface Case {
  readonly runs?: readonly HistoryEntry[]
  readonly report?: MonitorReport
  readonly whole?: boolean
}

async function found(rule: object, { runs = [], report, whole = true }: Case) {
  const { rules } = await settingsOf({ rules: [rule], sinks: { e: { type: 'stderr' } } })
  return evaluateRules(rules, { reader: readerOf(runs), now: NOON, whole, ...(report && { report }) }, [])
}

const error = { code: 'ELYSIA_UNREACHABLE', message: 'no answer', hint: 'start it' }

t.test('failed: the last run that ended counts, by job, collection and target', async (t) => {
  const failed = runAt(NOON - HOUR, { status: 'failed', error })
  const { found: first } = await found({ when: 'failed' }, { runs: [failed, runAt(NOON - 2 * HOUR)] })
  t.match(first, [
    {
      subject: { kind: 'backup', collection: 'Article', target: 'http://h:8080' },
      summary: 'backup of Article (http://h:8080): failed: no answer',
      run: failed.id,
      error,
      next: `elysiactl runs show ${failed.id}`,
    },
  ])
  const elsewhere = runAt(NOON, { collection: 'Other' })
  const interrupted = runAt(NOON, { status: 'interrupted' })
  const running = runAt(NOON, { status: 'running' })
  t.equal(
    (await found({ when: 'failed' }, { runs: [failed, elsewhere, interrupted, running] })).found.length,
    1,
  )
  for (const status of ['done', 'rejects'] as const)
    t.strictSame((await found({ when: 'failed' }, { runs: [failed, runAt(NOON, { status })] })).found, [])
})

t.test(
  'a slip of the hand is told to nobody, and makes nothing well; nor does a run of another trigger',
  async (t) => {
    const code = 'ELYSIA_NOT_FOUND'
    const slip = {
      ...({ trigger: 'user', terminal: true, status: 'failed' } as const),
      error: { code, message: 'there is none' },
    }
    const typed = runAt(NOON, { ...slip, records: 0, bytes_out: 0 })
    const failed = runAt(NOON - HOUR, { status: 'failed', error })
    t.strictSame((await found({ when: 'failed' }, { runs: [typed] })).found, [])
    t.match((await found({ when: 'failed' }, { runs: [typed, failed] })).found, [{ run: failed.id }])
    const again = [24, 48].map((hours) => runAt(NOON - hours * HOUR, { ...slip, records: 0, bytes_out: 0 }))
    const nightly = [typed, ...again, runAt(NOON - 72 * HOUR)]
    t.match((await found({ when: 'failed' }, { runs: nightly })).found, [{ run: typed.id }], 'each night')
    const named = { when: 'failed', triggers: ['user'] }
    t.match((await found(named, { runs: [typed] })).found, [{ run: typed.id }], 'where it is asked for')
    const later = runAt(NOON, { ...slip, records: 5 })
    t.match((await found({ when: 'failed' }, { runs: [later] })).found, [{ run: later.id }], 'it had begun')
    const byCron = { when: 'failed', triggers: ['cron'] }
    t.match((await found(byCron, { runs: [later, failed] })).found, [{ run: failed.id }])
    t.strictSame(
      (await found(byCron, { runs: [runAt(NOON, { trigger: 'user' }), failed] })).found,
      [],
      'made good by hand',
    )
  },
)

t.test('success_rate and no_success leave out slips as well, unless they name users', async (t) => {
  const slip = (at: number) =>
    runAt(at, {
      ...({ trigger: 'user', terminal: true, status: 'failed', records: 0 } as const),
      error: { code: 'ELYSIA_NOT_FOUND', message: 'there is none' },
    })
  const runs = [1, 2, 3].map((day) => runAt(NOON - day * 24 * HOUR))
  const some = [slip(NOON), slip(NOON - 1000), ...runs]
  const rate = { when: 'success_rate', under: '90%', within: '7d' }
  t.strictSame((await found(rate, { runs: some })).found, [])
  t.match((await found({ ...rate, triggers: ['user', 'cron'] }, { runs: some })).found, [
    { summary: /3 of 5/ },
  ])
  const nightly = [28, 31].map((hours) => slip(NOON - hours * HOUR))
  t.match((await found(rate, { runs: [...nightly, ...runs] })).found, [{ summary: /3 of 5/ }], 'each night')
  const age = { when: 'no_success', age: '26h' }
  const typed = { runs: [slip(NOON - 50 * HOUR)] }
  t.strictSame((await found(age, typed)).found, [], 'there is no such collection')
  t.match((await found({ ...age, triggers: ['user'] }, typed)).found, [{ summary: /never succeeded/ }])
  t.match((await found(age, { runs: nightly })).found, [{ summary: /never succeeded/ }], 'each night')
  const tried = [slip(NOON - 90 * HOUR), runAt(NOON - 30 * HOUR, { status: 'failed', error })]
  const since = new Date(NOON - 30 * HOUR - 60_000).toISOString()
  t.match((await found(age, { runs: tried })).found, [{ since }], 'from its first failure on')
})

t.test('killed is failed, and is known of the newest runs too', async (t) => {
  const killed = runAt(NOON - HOUR, { status: 'killed' })
  const others = Array.from({ length: 200 }, (_, at) => runAt(NOON - at, { collection: `C${at}` }))
  const { found: all } = await found({ when: 'failed' }, { runs: [...others, killed], whole: false })
  t.match(all, [{ summary: /Article .*: was killed: its process disappeared/ }])
})

t.test('what failed long ago lapses; a rule is of the runs that it names', async (t) => {
  const runs = [runAt(NOON - 8 * 24 * HOUR, { status: 'failed' })]
  const old = await found({ when: 'failed' }, { runs })
  t.equal(old.found.length, 0)
  t.equal(old.lapsed.size, 1)
  t.equal((await found({ when: 'failed', within: '30d' }, { runs })).found.length, 1)
  const other = { when: 'failed', within: '30d', triggers: ['user'] }
  t.equal((await found(other, { runs })).found.length, 0)
  t.equal((await found({ when: 'failed', within: '30d', kinds: ['restore'] }, { runs })).found.length, 0)
})

t.test('rejects, memory: of the last run, or of the one that goes on', async (t) => {
  const runs = [runAt(NOON, { status: 'rejects', rejected: 11, peak_rss_bytes: 3e9 })]
  t.match((await found({ when: 'rejects', over: 10 }, { runs })).found, [
    { summary: /: 11 records were rejected/ },
  ])
  t.strictSame((await found({ when: 'rejects', over: 11 }, { runs })).found, [])
  const second = [
    runAt(NOON, { status: 'rejects', rejected: 1, settled_before: { records: 50, rejected: 10 } }),
  ]
  t.match((await found({ when: 'rejects', over: 10 }, { runs: second })).found, [{ summary: /11 records/ }])
  t.match((await found({ when: 'memory', over: '2GB' }, { runs })).found, [
    { summary: /used 2.8 GiB of memory/ },
  ])
  const progress = {
    at: new Date(NOON).toISOString(),
    unit: 'objects',
    done: 1,
    retries: 0,
    rejected: 0,
    rss_bytes: 3e9,
  }
  const going = [runAt(NOON, { status: 'running', progress })]
  t.match((await found({ when: 'memory', over: '2GB' }, { runs: going })).found, [
    { summary: /uses 2.8 GiB/ },
  ])
})

t.test('success_rate: done of all that ended, interrupted ones left out', async (t) => {
  const runs = [1, 2, 3, 4].map((day) => runAt(NOON - day * 24 * HOUR))
  const bad = [...runs, runAt(NOON - 1, { status: 'killed' }), runAt(NOON - 2, { status: 'interrupted' })]
  const rule = { when: 'success_rate', under: '90%', within: '7d' }
  t.match((await found(rule, { runs: bad })).found, [
    { summary: /: 4 of 5 runs of the last 7d were done, 80 %/ },
  ])
  t.strictSame((await found({ ...rule, under: '80%' }, { runs: bad })).found, [])
  t.strictSame((await found({ ...rule, runs: 6 }, { runs: bad })).found, [])
})

t.test('no_success: too long ago, never, and never tried', async (t) => {
  const rule = { when: 'no_success', age: '26h' }
  const late = runAt(NOON - 27 * HOUR)
  t.match((await found(rule, { runs: [late, runAt(NOON, { status: 'failed' })] })).found, [
    {
      subject: { kind: 'backup', collection: 'Article' },
      summary: /the last success was at 2026-05-31T09:00/,
    },
  ])
  t.strictSame((await found(rule, { runs: [late, runAt(NOON - HOUR)] })).found, [])
  const never = runAt(NOON - 30 * HOUR, { status: 'failed' })
  t.match((await found(rule, { runs: [never, runAt(NOON, { status: 'failed' })] })).found, [
    { summary: /never succeeded; the first try/ },
  ])
  const named = { ...rule, collections: ['Article', 'Gone', 'X*'] }
  t.match((await found(named, { runs: [runAt(NOON)] })).found, [{ summary: 'backup of Gone: was never run' }])
  t.strictSame((await found(rule, { runs: [runAt(NOON - 27 * HOUR, { kind: 'restore' })] })).found, [])
})

t.test('stall: a run that waits for somebody', async (t) => {
  const progress = {
    at: new Date(NOON - HOUR).toISOString(),
    unit: 'objects',
    done: 1,
    retries: 0,
    rejected: 0,
    rss_bytes: 1,
  }
  const runs = [
    runAt(NOON, { status: 'running', progress: { ...progress, waits_for: 'h:8080' } }),
    runAt(NOON - 1, { status: 'running', progress, collection: 'Other' }),
  ]
  t.match((await found({ when: 'stall' }, { runs })).found, [
    { summary: /is stalled: it waits for h:8080/, since: progress.at },
  ])
})

t.test('missed, slower, damaged, full: out of the report, and unknown without one', async (t) => {
  const due = new Date(NOON - 2 * HOUR).toISOString()
  const report = reportOf({
    missed: [
      {
        collection: 'Article',
        what: 'backup',
        expectation: 'Art*',
        every_seconds: 1,
        grace_seconds: 1,
        due_at: due,
        late_seconds: 7200,
      },
    ],
    trends: [
      {
        ...{ kind: 'backup', collection: 'Article', target: 't', points: [] },
        regression: { run: 'r', rate_per_second: 60, median_per_second: 100, slower: 0.4 },
      },
    ],
    damaged: [{ id: 'a1', collection: 'Article', reason: 'a part is short' }],
    disk: [{ directory: '/b', free_bytes: 1e9, total_bytes: 1e11 }],
  })
  t.match((await found({ when: 'missed' }, { report })).found, [
    { summary: /backup of Article: missed\. It was due 2h ago .* never succeeded/, since: due },
  ])
  t.match((await found({ when: 'throughput', down: '30%' }, { report })).found, [
    { summary: /40 % slower than similar runs, 60 instead of 100/ },
  ])
  t.strictSame((await found({ when: 'throughput', down: '50%' }, { report })).found, [])
  t.match((await found({ when: 'damage' }, { report })).found, [
    { detail: 'a1', summary: /a1 of Article is damaged: a part is short/ },
  ])
  for (const under of ['2GB', '5%'])
    t.match((await found({ when: 'disk_free', under, collections: ['Other'] }, { report })).found, [
      { detail: '/b' },
    ])
  for (const under of ['1GB', '1%'])
    t.strictSame((await found({ when: 'disk_free', under }, { report })).found, [])
  t.strictSame((await found({ when: 'missed' }, {})).rules, [], 'nothing is known')
})
