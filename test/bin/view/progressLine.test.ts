import t from 'tap'
import { Pace } from '../../../bin/view/pace.ts'
import { durationText, grouped, progressLine } from '../../../bin/view/progressLine.ts'

const HALF = { done: 8200, total: 20_000 }

t.test('a line says how much is settled, how fast it goes and how long it takes', async (t) => {
  t.equal(progressLine(HALF, { rate: 2712, left: 3.6 }), ' 41 %  8,200/20,000  2,700/s  ETA 4 s')
  const reading = { ...HALF, phase: 'reading back' }
  t.equal(
    progressLine(reading, { rate: 2712, left: 4 }),
    'reading back   41 %  8,200/20,000  2,700/s  ETA 4 s',
  )
})

t.test('a line says nothing that is not known', async (t) => {
  t.equal(progressLine({ done: 8200, unit: 'records' }, {}), '8,200 records')
  t.equal(progressLine({ done: 3, total: 12, unit: 'parts' }, {}), ' 25 %  3/12 parts')
  t.equal(progressLine({ done: 0, total: 0 }, {}), '0/0', 'no share of nothing')
  t.equal(
    progressLine({ done: 8300, total: 8200 }, { rate: 10 }),
    '8,300  10/s',
    'a total that was overtaken was wrong',
  )
})

t.test('a line says 100 % of what is done, and 99 % of what nearly is', async (t) => {
  t.match(progressLine({ done: 19_999, total: 20_000 }, {}), /^ 99 %/)
  t.match(progressLine({ done: 20_000, total: 20_000 }, {}), /^100 %/)
  t.match(progressLine({ done: 1, total: 20_000 }, {}), /^ {2}0 %/)
  t.match(progressLine({ done: 5, share: 1.2 }, {}), /^100 %/, 'a file that grew')
})

t.test('a line is narrower than any terminal, and keeps what matters most', async (t) => {
  const measure = {
    phase: 'reading back',
    done: 1_208_200,
    total: 3_000_000,
    rejected: 1234,
    unit: 'objects',
  }
  const speed = { rate: 12_345, left: 4000 }
  t.equal(
    progressLine(measure, speed),
    'reading back   40 %  1,208,200/3,000,000 objects  1,234 rejected  12,000/s  ETA 1 h 7 min',
  )
  const all = Array.from({ length: 193 }, (_, more) => 8 + more)
  const wrong = all.filter((columns) => {
    const line = progressLine(measure, speed, columns)
    return line.length >= columns || !line.includes(' 40 %')
  })
  t.same(wrong, [])
  t.equal(progressLine(HALF, { rate: 2700, left: 4 }, 40), ' 41 %  8,200/20,000  2,700/s  ETA 4 s')
  t.equal(progressLine(HALF, { rate: 2700, left: 4 }, 30), ' 41 %  8,200/20,000  2,700/s')
  t.equal(progressLine(HALF, { rate: 2700, left: 4 }, 20), ' 41 %  8,200/20,000')
  t.equal(progressLine(HALF, { rate: 2700, left: 4 }, 10), ' 41 %')
})

t.test('numbers and times are written as they are read', async (t) => {
  t.same([0, 999, 1000, 1_234_567, 1234.5].map(grouped), ['0', '999', '1,000', '1,234,567', '1,234.5'])
  t.same([0.2, 59.9, 61, 3599, 3600, 3900, 90_000].map(durationText), [
    '1 s',
    '60 s',
    '1 min',
    '1 h',
    '1 h',
    '1 h 5 min',
    '25 h',
  ])
  t.match(progressLine({ done: 5 }, { rate: 0.25 }), /^5 {2}0\.3\/s$/)
})

t.test('a rate is known after a second, looks ten seconds back, and ends with what goes on', async (t) => {
  const pace = new Pace()
  pace.note(500, 0)
  pace.note(600, 500)
  t.equal(pace.rate(), undefined)
  pace.note(700, 1000)
  t.equal(pace.rate(), 200, 'what was done before it began does not count')
  for (let ms = 1500; ms <= 60_000; ms += 500) pace.note(700 + (ms - 1000) / 10, ms)
  t.ok(Math.abs(pace.rate()! - 100) < 1, `${pace.rate()}`)
  for (let ms = 60_500; ms <= 72_000; ms += 500) pace.note(6600, ms)
  t.equal(pace.rate(), undefined, 'it stands still')
  pace.note(3, 72_500)
  t.equal(pace.rate(), undefined, 'something else is counted')
})

t.test('what is at work and not settled yet stands beside the share, and is no part of it', async (t) => {
  const measure = { phase: 'writing', done: 8200, ahead: 1500, total: 20_000 }
  t.equal(progressLine(measure, { rate: 2700 }), 'writing   41 %  8,200/20,000  1,500 in flight  2,700/s')
  t.equal(progressLine(measure, { rate: 2700 }, 50), 'writing   41 %  8,200/20,000  1,500 in flight')
  t.equal(progressLine({ ...measure, ahead: 0 }, {}), 'writing   41 %  8,200/20,000')
})
