// What is sent of one alert over time: on a clock of its own.
import fc from 'fast-check'
import t from 'tap'
import type { AlertFinding } from '../../../../lib/monitor/alerts/rule/finding.ts'
import {
  type AlertNotice,
  type AlertState,
  type AlertTiming,
  nextState,
} from '../../../../lib/monitor/alerts/state/machine.ts'
import { runs } from '../../../runs.ts'

const finding: AlertFinding = {
  rule: 'failed',
  subject: { kind: 'backup', collection: 'Article', target: '' },
  detail: '',
  summary: 'it failed',
}
const MINUTE = 60_000
const timing: AlertTiming = { forMs: 0, repeatMs: 0, flapping: { episodes: 3, withinMs: 60 * MINUTE } }

type Found = boolean | 'lapsed'

/** What is told when at these minutes this was found. */
function told(looks: readonly (readonly [minute: number, found: Found])[], with_: Partial<AlertTiming> = {}) {
  let state: AlertState | undefined
  const messages: [number, AlertNotice][] = []
  for (const [minute, found] of looks) {
    const now = minute * MINUTE
    const next = nextState(state, found === true ? finding : found === 'lapsed' ? found : undefined, now, {
      ...timing,
      ...with_,
    })
    state = next.state
    if (next.notice !== undefined) messages.push([minute, next.notice])
  }
  return messages
}

t.test('it begins once, however often it is looked at, and ends once', async (t) => {
  const looks = [
    [0, false],
    [1, true],
    [2, true],
    [3, true],
    [4, false],
    [5, false],
    [200, true],
  ] as const
  t.strictSame(told(looks), [
    [1, 'firing'],
    [4, 'resolved'],
    [200, 'firing'],
  ])
})

t.test('`for`: what does not hold for so long is not told', async (t) => {
  const looks = [
    [0, true],
    [4, true],
    [5, false],
    [6, true],
    [10, true],
    [11, true],
    [12, false],
  ] as const
  t.strictSame(told(looks, { forMs: 5 * MINUTE }), [
    [11, 'firing'],
    [12, 'resolved'],
  ])
})

t.test('`repeat`: it is told again while it holds', async (t) => {
  const looks = [0, 30, 60, 90, 119, 121].map((minute) => [minute, true] as const)
  t.strictSame(told(looks, { repeatMs: 60 * MINUTE }), [
    [0, 'firing'],
    [60, 'repeated'],
    [121, 'repeated'],
  ])
})

t.test('what is long ago is no longer told, and not said to be well', async (t) => {
  t.strictSame(
    told([
      [0, true],
      [1, 'lapsed'],
      [2, 'lapsed'],
    ]),
    [
      [0, 'firing'],
      [1, 'lapsed'],
    ],
  )
  t.strictSame(told([[0, 'lapsed']]), [])
})

t.test('one that begins again and again ends only once it stays well', async (t) => {
  const looks = Array.from({ length: 20 }, (_, minute) => [minute, minute % 2 === 0] as const)
  const after = [
    [40, false],
    [78, false],
    [79, false],
    [80, false],
  ] as const
  t.strictSame(told([...looks, ...after]), [
    [0, 'firing'],
    [1, 'resolved'],
    [2, 'firing'],
    [3, 'resolved'],
    [4, 'firing'],
    [79, 'resolved'],
  ])
})

const looksOf = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.constantFrom<Found>(true, false, false, 'lapsed')), {
    maxLength: 120,
  })
  .map((steps) => {
    let minute = 0
    return steps.map(([later, found]) => {
      minute += later
      return [minute, found] as const
    })
  })

t.test('whatever is found: one begin and one end an episode, and no more episodes than may be', async () => {
  const times = fc.record({
    forMs: fc.constantFrom(0, 10 * MINUTE),
    repeatMs: fc.constantFrom(0, 90 * MINUTE),
    flapping: fc.record({ episodes: fc.integer({ min: 2, max: 4 }), withinMs: fc.constant(60 * MINUTE) }),
  })
  fc.assert(
    fc.property(looksOf, times, (looks, with_) => {
      const messages = told(looks, with_)
      const turns = messages.filter(([, how]) => how !== 'repeated')
      turns.forEach(([, how], at) => {
        if ((how === 'firing') !== (at % 2 === 0)) throw new Error(`${how} as number ${at}`)
      })
      const begins = turns.filter(([, how]) => how === 'firing').map(([minute]) => minute)
      for (const begin of begins) {
        const close = begins.filter((other) => other >= begin && other < begin + 60).length
        if (close > with_.flapping.episodes) throw new Error(`${close} in an hour`)
      }
      // It is told to hold only when that was found, and to be over only when it was not.
      const found = new Map(looks)
      for (const [minute, how] of messages) {
        const holds = found.get(minute) === true
        if (holds !== (how === 'firing' || how === 'repeated')) throw new Error(`${how} at ${minute}`)
      }
    }),
    { numRuns: runs(300) },
  )
})
