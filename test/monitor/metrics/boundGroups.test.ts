// How many series there may be, and what their labels hold.
import * as fc from 'fast-check'
import t from 'tap'
import { boundGroups, MOST_COLLECTIONS } from '../../../lib/monitor/metrics/boundGroups.ts'
import { exposition } from '../../../lib/monitor/metrics/exposition.ts'
import type { SampleGroup } from '../../../lib/monitor/metrics/metric.ts'
import { promtool, withPromtool } from './promtool.ts'

const DUE = 'elysiactl_expectation_due_timestamp_seconds'

t.test('collections past the thousandth are joined as `other`, each metric in its way', async (t) => {
  const numbers = Array.from({ length: MOST_COLLECTIONS + 2 }, (_, index) => index)
  const groups = numbers.map(
    (index): SampleGroup => ({
      labels: { collection: `C${String(index).padStart(4, '0')}` },
      values: { elysiactl_records_total: 1, elysiactl_last_success_timestamp_seconds: 1000 + index },
    }),
  )
  const { groups: found, others } = boundGroups(groups)
  t.equal(others, 2)
  t.strictSame(
    found.filter(({ labels }) => labels.collection === 'other'),
    [
      {
        labels: { collection: 'other' },
        values: { elysiactl_records_total: 2, elysiactl_last_success_timestamp_seconds: 2000 },
      },
    ],
    'sums of what is counted, the oldest success',
  )
  t.equal(found.length, MOST_COLLECTIONS + 1)
  t.equal(found[0], groups[0], 'what is not joined stays the object that it was')
  const expected: SampleGroup = { labels: { collection: 'C1001' }, values: { [DUE]: 5 } }
  const kept = boundGroups([...groups, expected]).groups.filter(({ values }) => DUE in values)
  t.strictSame(kept, [expected], 'what is expected has figures of its own')
})

t.test('several groups of the same labels are one series for each metric', async (t) => {
  const labels = { kind: 'restore', collection: 'A', target: '' }
  const groups: SampleGroup[] = [
    { labels, values: { elysiactl_records_total: 5 } },
    { labels: { ...labels }, values: { elysiactl_runs_running: 1, elysiactl_run_progress_ratio: 0.5 } },
    { labels: { ...labels }, values: { elysiactl_runs_running: 1, elysiactl_run_progress_ratio: 0.2 } },
  ]
  const lines = exposition(boundGroups(groups).groups)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const shown = '{kind="restore",collection="A",target=""}'
  t.strictSame(lines, [
    `elysiactl_records_total${shown} 5`,
    `elysiactl_runs_running${shown} 2`,
    `elysiactl_run_progress_ratio${shown} 0.2`,
  ])
})

t.test('jobs without a collection are none of the others', async (t) => {
  const groups = ['', 'A', 'B'].map(
    (collection): SampleGroup => ({ labels: { collection }, values: { elysiactl_records_total: 1 } }),
  )
  const collections = boundGroups(groups, 2).groups.map(({ labels }) => labels.collection)
  t.strictSame(collections, ['', 'A', 'other'])
})

t.test('hostile names become series that differ, and a text that parses', withPromtool, async (t) => {
  const hostile = [
    '"',
    '\\',
    '\n',
    '\\n',
    'a\r',
    '\ud800',
    '\udfff',
    'x'.repeat(600),
    '\u202e',
    '{}',
    '# HELP a',
  ]
  const name = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom(...hostile))
  const groups = fc.sample(fc.tuple(name, name), 400).map(
    ([collection, target]): SampleGroup => ({
      labels: { kind: 'backup', collection, target },
      values: { elysiactl_retries_total: 1 },
    }),
  )
  const found = boundGroups(groups)
  const text = exposition(found.groups)
  t.strictSame(promtool(['check', 'metrics'], { input: text }), { status: 0, said: '' })
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('# '))
  t.equal(lines.length, found.groups.length, 'one line each')
  t.equal(new Set(lines.map((line) => line.replace(/ \d+$/, ''))).size, lines.length)
  t.notMatch(text, /[^\P{C}\n]/u, 'nothing that a terminal obeys')
})
