// How many series there may be, and what their labels hold.
import * as fc from 'fast-check'
import t from 'tap'
import { bounded, MOST_COLLECTIONS } from '../../../lib/monitor/metrics/bounded.ts'
import { exposition } from '../../../lib/monitor/metrics/exposition.ts'
import type { Sample } from '../../../lib/monitor/metrics/metric.ts'
import { promtool, withPromtool } from './promtool.ts'

const DUE = 'elysiactl_expectation_due_timestamp_seconds'

t.test('collections past the thousandth are joined as `other`, each metric in its way', async (t) => {
  const numbers = Array.from({ length: MOST_COLLECTIONS + 2 }, (_, index) => index)
  const samples = numbers.flatMap((index): Sample[] => {
    const labels = { collection: `C${String(index).padStart(4, '0')}` }
    return [
      { name: 'elysiactl_records_total', labels, value: 1 },
      { name: 'elysiactl_last_success_timestamp_seconds', labels, value: 1000 + index },
    ]
  })
  const { samples: found, others } = bounded(samples)
  t.equal(others, 2)
  t.strictSame(
    found.filter(({ labels }) => labels.collection === 'other'),
    [
      { name: 'elysiactl_records_total', labels: { collection: 'other' }, value: 2 },
      { name: 'elysiactl_last_success_timestamp_seconds', labels: { collection: 'other' }, value: 2000 },
    ],
    'sums of what is counted, the oldest success',
  )
  t.equal(found.length, 2 * (MOST_COLLECTIONS + 1))
  const expected: Sample = { name: DUE, labels: { collection: 'C1001' }, value: 5 }
  const kept = bounded([...samples, expected]).samples.filter(({ name }) => name === DUE)
  t.strictSame(kept, [expected], 'what is expected has figures of its own')
})

t.test('jobs without a collection are none of the others', async (t) => {
  const samples = ['', 'A', 'B'].map(
    (collection): Sample => ({ name: 'elysiactl_records_total', labels: { collection }, value: 1 }),
  )
  const collections = bounded(samples, 2).samples.map(({ labels }) => labels.collection)
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
  const samples = fc.sample(fc.tuple(name, name), 400).map(
    ([collection, target]): Sample => ({
      name: 'elysiactl_retries_total',
      labels: { kind: 'backup', collection, target },
      value: 1,
    }),
  )
  const found = bounded(samples)
  const text = await exposition(found.samples)
  t.strictSame(promtool(['check', 'metrics'], { input: text }), { status: 0, said: '' })
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('# '))
  t.equal(lines.length, found.samples.length, 'one line each')
  t.equal(new Set(lines.map((line) => line.replace(/ \d+$/, ''))).size, lines.length)
  t.notMatch(text, /[^\P{C}\n]/u, 'nothing that a terminal obeys')
})
