import t from 'tap'
import { Pace } from '../../../lib/monitor/progress/pace.ts'

t.test('a rate is known after a second, looks ten seconds back, and ends with what goes on', async (t) => {
  const pace = new Pace()
  pace.note(500, 0)
  pace.note(600, 500)
  t.equal(pace.rate(500), undefined)
  pace.note(700, 1000)
  t.equal(pace.rate(1000), 200, 'what was done before it began does not count')
  for (let ms = 1500; ms <= 60_000; ms += 500) pace.note(700 + (ms - 1000) / 10, ms)
  t.ok(Math.abs(pace.rate(60_000)! - 100) < 1, `${pace.rate(60_000)}`)
  t.ok(pace.rate(64_000)! < 80, 'nothing came for four seconds: it slows down')
  t.equal(pace.rate(72_000), undefined, 'it stands still')
  pace.note(3, 72_500)
  t.equal(pace.rate(72_500), undefined, 'something else is counted')
})

t.test('what comes more seldom than the window is long has a rate', async (t) => {
  const pace = new Pace()
  for (let ms = 0; ms <= 300_000; ms += 30_000) pace.note(ms, ms)
  t.equal(pace.rate(315_000), 1000)
})

t.test('what comes very often takes no more memory', async (t) => {
  const pace = new Pace()
  for (let ms = 0; ms <= 20_000; ms += 1) pace.note(ms * 3, ms)
  t.ok(Math.abs(pace.rate(20_000)! - 3000) < 30)
})
