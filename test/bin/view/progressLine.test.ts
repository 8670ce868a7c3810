import t from 'tap'
import { durationText, groupDigits, progressLine, statusLine } from '../../../bin/view/progressLine.ts'
import type { ProgressState } from '../../../lib/monitor/progress/schema.ts'

/** The line of a run of which no more is known. */
function line(known: Partial<ProgressState>, columns?: number): string {
  return progressLine(state(known), columns)
}

function state(known: Partial<ProgressState>): ProgressState {
  const { done = 0, total } = known
  const none = { bytes_in: 0, bytes_out: 0, retries: 0, rejected: 0, seconds: 1, rss_bytes: 50_000_000 }
  return { ...none, unit: 'objects', done, ...(total && { share: done / total }), ...known }
}

const HALF = { done: 8200, total: 20_000 }

t.test('a line says how much is settled, how fast it goes and how long it takes', async (t) => {
  t.equal(line({ ...HALF, rate_per_second: 2712, eta_seconds: 3.6 }), ' 41 %  8,200/20,000  2,700/s  ETA 4 s')
  const reading = { ...HALF, phase: 'reading back' }
  t.equal(
    line({ ...reading, rate_per_second: 2712, eta_seconds: 4 }),
    'reading back   41 %  8,200/20,000  2,700/s  ETA 4 s',
  )
})

t.test('a line says nothing that is not known', async (t) => {
  t.equal(line({ done: 8200, unit: 'records' }), '8,200 records')
  t.equal(line({ done: 3, total: 12, unit: 'parts' }), ' 25 %  3/12 parts')
  t.equal(line({ done: 0, total: 0 }), '0/0', 'no share of nothing')
})

t.test('a line says 100 % of what is done, and 99 % of what nearly is', async (t) => {
  t.match(line({ done: 19_999, total: 20_000 }), /^ 99 %/)
  t.match(line({ done: 20_000, total: 20_000 }), /^100 %/)
  t.match(line({ done: 1, total: 20_000 }), /^ {2}0 %/)
  t.match(line({ done: 5, share: 1 }), /^100 %/)
})

t.test('a line is narrower than any terminal, and keeps what matters most', async (t) => {
  const measure = {
    phase: 'reading back',
    done: 1_208_200,
    total: 3_000_000,
    rejected: 1234,
    unit: 'objects',
  }
  const speed = { rate_per_second: 12_345, eta_seconds: 4000 }
  t.equal(
    line({ ...measure, ...speed }),
    'reading back   40 %  1,208,200/3,000,000  1,234 rejected  12,000/s  ETA 1 h 7 min',
  )
  const all = Array.from({ length: 193 }, (_, more) => 8 + more)
  const wrong = all.filter((columns) => {
    const text = line({ ...measure, ...speed }, columns)
    return text.length >= columns || !text.includes(' 40 %')
  })
  t.same(wrong, [])
  t.equal(
    line({ ...HALF, rate_per_second: 2700, eta_seconds: 4 }, 40),
    ' 41 %  8,200/20,000  2,700/s  ETA 4 s',
  )
  t.equal(line({ ...HALF, rate_per_second: 2700, eta_seconds: 4 }, 30), ' 41 %  8,200/20,000  2,700/s')
  t.equal(line({ ...HALF, rate_per_second: 2700, eta_seconds: 4 }, 20), ' 41 %  8,200/20,000')
  t.equal(line({ ...HALF, rate_per_second: 2700, eta_seconds: 4 }, 10), ' 41 %')
})

t.test('numbers and times are written as they are read', async (t) => {
  t.same([0, 999, 1000, 1_234_567, 1234.5].map(groupDigits), ['0', '999', '1,000', '1,234,567', '1,234.5'])
  t.same([0.2, 59.9, 61, 3599, 3600, 3900, 90_000].map(durationText), [
    '1 s',
    '60 s',
    '1 min',
    '1 h',
    '1 h',
    '1 h 5 min',
    '25 h',
  ])
  t.match(line({ done: 5, rate_per_second: 0.25 }), /^5 {2}0\.3\/s$/)
})

t.test('what is at work and not settled yet stands beside the share, and is not part of it', async (t) => {
  const measure = { phase: 'writing', done: 8200, ahead: 1500, total: 20_000 }
  t.equal(
    line({ ...measure, rate_per_second: 2700 }),
    'writing   41 %  8,200/20,000  1,500 in flight  2,700/s',
  )
  t.equal(line({ ...measure, rate_per_second: 2700 }, 50), 'writing   41 %  8,200/20,000  1,500 in flight')
  t.equal(line({ ...measure, ahead: 0 }), 'writing   41 %  8,200/20,000')
})

t.test('asked for, it says all that is known', async (t) => {
  const known = {
    kind: 'ingest',
    unit: 'records',
    done: 8200,
    rate_per_second: 2700,
    bytes_in_per_second: 2_000_000,
    bytes_out_per_second: 3_500_000,
    retries: 1,
    waits_for: 'localhost:8080',
  }
  t.equal(
    statusLine(state(known)),
    'ingest  8,200 records  2,700/s  waits for localhost:8080  in 1.9 MiB/s  out 3.3 MiB/s  1 retry  memory 47.7 MiB',
  )
})
