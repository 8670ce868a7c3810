// When policies are due, on clocks that are made up: over a year, in zones whose clocks are changed, however seldom it is looked at.
import fc from 'fast-check'
import t from 'tap'
import { dueState } from '../../../lib/monitor/auto/due.ts'
import { cronSchedule, everySchedule, type Schedule } from '../../../lib/monitor/auto/schedule.ts'
import { runs, some } from '../../runs.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.parse('2026-01-01T00:00:00Z')
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'] as const

function dateIn(zone: string, moment: number): string {
  return new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short' }).format(moment)
}

t.test(
  'a daily policy comes once on each day of the year, those included on which clocks change',
  async (t) => {
    for (const zone of ZONES) {
      for (const time of some(2, ['30 2', '0 0', '30 1', '59 23', '0 3'])) {
        const schedule = cronSchedule(`${time} * * *`, zone)
        const days: string[] = []
        let at = START + 12 * HOUR
        for (let count = 0; count < 370; count++) {
          at = schedule.next(at)!
          days.push(dateIn(zone, at))
        }
        const first = Date.parse(`${days[0]}T12:00:00Z`)
        const each = days.map((_, day) => new Date(first + day * DAY).toISOString().slice(0, 10))
        t.strictSame(days, each, `${time} ${zone}`)
      }
    }
  },
)

t.test(
  'a time that the clocks leave out is the first after the gap; one that comes twice is once',
  async (t) => {
    const schedule = cronSchedule('30 2 * * *', 'Europe/Berlin')
    const next = (iso: string) => new Date(schedule.next(Date.parse(iso))!).toISOString()
    t.equal(next('2026-03-28T12:00:00Z'), '2026-03-29T01:00:00.000Z')
    t.equal(next('2026-10-24T12:00:00Z'), '2026-10-25T00:30:00.000Z')
    t.equal(next('2026-10-25T00:30:00Z'), '2026-10-26T01:30:00.000Z')
    const hourly = cronSchedule('0 * * * *', 'Europe/Berlin')
    let at = Date.parse('2026-10-24T22:00:00Z')
    for (let hour = 0; hour < 25; hour++) at = hourly.next(at)!
    t.equal(new Date(at).toISOString(), '2026-10-25T23:00:00.000Z', 'each hour that there is')
  },
)

const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  fc
    .tuple(fc.nat(59), fc.nat(23), fc.constantFrom('*', '1', '1-5', '6,0'), fc.constantFrom(...ZONES))
    .map(([minute, hour, days, zone]) => cronSchedule(`${minute} ${hour} * * ${days}`, zone)),
  fc
    .tuple(fc.constantFrom('*/15', '7'), fc.constantFrom(...ZONES))
    .map(([m, z]) => cronSchedule(`${m} * * * *`, z)),
  fc.integer({ min: 1, max: 72 }).map((hours) => everySchedule(`${hours}h`)),
)
const looks = fc.array(fc.integer({ min: 1000, max: 20 * DAY }), { minLength: 1, maxLength: 60 })

t.test('what is due is done once at each look, and not again before its next time', async (t) => {
  await fc.assert(
    fc.asyncProperty(schedules, looks, async (schedule, gaps) => {
      let now = START
      let past: { seen: number; settled?: number } = { seen: START }
      for (const gap of gaps) {
        const before = past.settled ?? past.seen
        now += gap
        const { since, next } = dueState(schedule, past, now)
        const expected = schedule.next(before)!
        t.equal(since, expected <= now ? expected : undefined, schedule.text)
        t.ok(next === undefined || next > now)
        if (since === undefined) continue
        past = { ...past, settled: now }
        t.equal(dueState(schedule, past, now).since, undefined, 'once')
      }
    }),
    { numRuns: runs(200) },
  )
})

t.test('a clock that was set back makes nothing due, and delays nothing for ever', async (t) => {
  const schedule = cronSchedule('0 2 * * *', 'UTC')
  const past = { seen: START, settled: START + 400 * DAY }
  const back = dueState(schedule, past, START + 10 * DAY + HOUR)
  t.strictSame(back, { next: START + 10 * DAY + 2 * HOUR })
})

t.test('what is no schedule is refused', async (t) => {
  for (const text of ['', '* * * *', '61 * * * *', '0 0 0 0 0 0', 'x'])
    t.throws(() => cronSchedule(text, 'UTC'), text)
  t.throws(() => everySchedule('5'))
  t.throws(() => everySchedule('1ms'))
  t.equal(cronSchedule('0 0 31 2 *', 'UTC').next(START), undefined)
})
