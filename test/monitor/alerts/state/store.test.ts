// Several processes at once: what is remembered, and who sends.
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { AlertMessage } from '../../../../lib/monitor/alerts/messageSchema.ts'
import { evaluateRules } from '../../../../lib/monitor/alerts/rule/evaluateRules.ts'
import type { AlertFindings } from '../../../../lib/monitor/alerts/rule/finding.ts'
import {
  claimSink,
  recordDelivery,
  releaseClaim,
  renewClaim,
  waitingMessages,
} from '../../../../lib/monitor/alerts/state/outbox.ts'
import { applyFindings, knownAlerts, watchedAlerts } from '../../../../lib/monitor/alerts/state/store.ts'
import { openAlerts } from '../../../../lib/monitor/alerts/state/tables.ts'
import type { HistoryEntry } from '../../../../lib/monitor/history/entry.ts'
import { HOUR, NOON, readerOf, runAt, settingsOf } from '../madeUp.ts'

const MINUTE = 60_000
const fail = (message: string) => {
  throw new Error(message)
}

function open(file: string) {
  return openAlerts(file, fail)
}

t.test(
  'processes that find the same thing send one message of it, whatever the order of their steps',
  async (t) => {
    const { rules, flapping, ...rest } = await settingsOf({
      rules: [{ when: 'failed', repeat: '0' }],
      sinks: { a: { type: 'stderr' } },
      flapping: { episodes: 1000, within: '1h' },
    })
    const settings = { ...rest, rules, flapping }
    const directory = t.testdir()
    const step = fc.oneof(
      fc.record({ do: fc.constantFrom('fails', 'works') }),
      fc.record({ do: fc.constantFrom('looks', 'takes in', 'sends'), who: fc.integer({ min: 0, max: 2 }) }),
    )
    let file = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
        file += 1
        const path = join(directory, `${file}.db`)
        const processes = [0, 1, 2].map(() => open(path))
        const looked: ({ findings: AlertFindings; asOf: number } | undefined)[] = []
        const runs: HistoryEntry[] = []
        const sent: AlertMessage[] = []
        let now = NOON
        const look_ = (who: number) => {
          const findings = evaluateRules(
            rules,
            { reader: readerOf(runs), now, whole: true },
            watchedAlerts(processes[who]!),
          )
          looked[who] = { findings, asOf: now }
        }
        const takeIn_ = (who: number) => {
          const seen = looked[who]
          if (seen !== undefined)
            applyFindings(processes[who]!, settings, seen.findings, { now, asOf: seen.asOf })
          looked[who] = undefined
        }
        const send = (who: number) => {
          const claimed = claimSink(processes[who]!, 'a', now)
          if (claimed === undefined) return
          for (const { number, message } of claimed.waiting) {
            sent.push(message)
            recordDelivery(processes[who]!, claimed, number)
          }
          releaseClaim(processes[who]!, claimed, now)
        }
        for (const one of steps) {
          now += 1000
          if ('who' in one) ({ looks: look_, 'takes in': takeIn_, sends: send })[one.do](one.who)
          else runs.push(runAt(now, { status: one.do === 'fails' ? 'failed' : 'done' }))
        }
        now += MINUTE
        look_(0)
        takeIn_(0)
        send(0)
        for (const database of processes) database.close()
        sent.forEach(({ status }, at) => {
          if (status !== (at % 2 === 0 ? 'firing' : 'resolved')) fail(sent.map((one) => one.status).join(' '))
        })
        if (new Set(sent.map(({ id }) => id)).size !== sent.length) fail('one was sent twice')
        const isFailed = runs.at(-1)?.status === 'failed'
        if ((sent.at(-1)?.status === 'firing') !== isFailed) fail(`${sent.at(-1)?.status}, but ${isFailed}`)
      }),
      { numRuns: 60 },
    )
  },
)

async function failing(t: Test, rule: object = {}) {
  const settings = await settingsOf({
    rules: [{ when: 'failed', ...rule }],
    sinks: { a: { type: 'stderr' }, b: { type: 'stderr' } },
  })
  const file = join(t.testdir(), 'state', 'alerts.db')
  const database = open(file)
  t.teardown(() => database.close())
  const take = (now: number, runs: readonly HistoryEntry[]) => {
    const findings = evaluateRules(
      settings.rules,
      { reader: readerOf(runs), now, whole: true },
      watchedAlerts(database),
    )
    return applyFindings(database, settings, findings, { now, asOf: now })
  }
  return { file, database, take }
}

const failed = runAt(NOON, { status: 'failed' })

t.test('one that sends keeps others from it, until it is done or its time is over', async (t) => {
  const { file, database, take } = await failing(t)
  const other = open(file)
  t.teardown(() => other.close())
  t.match(take(NOON, [failed]), [{ status: 'firing' }])
  const claimed = claimSink(database, 'a', NOON)!
  t.equal(claimed.waiting.length, 1)
  t.equal(claimSink(other, 'a', NOON + 1000), undefined)
  t.equal(claimSink(other, 'b', NOON + 1000)?.waiting.length, 1, 'another sink is free')
  t.equal(renewClaim(database, claimed, NOON + 50_000), true)
  t.equal(claimSink(other, 'a', NOON + 70_000), undefined)
  const second = claimSink(other, 'a', NOON + 200_000)
  t.equal(second?.waiting.length, 1, 'it was killed, as it seems')
  t.equal(renewClaim(database, claimed, NOON + 200_001), false)
  releaseClaim(database, claimed, NOON + 200_002)
  t.equal(
    claimSink(database, 'a', NOON + 200_003),
    undefined,
    'one that is late gives back nothing of others',
  )
})

t.test('a sink that fails has a rest that grows, and its messages stay, in order', async (t) => {
  const { database, take } = await failing(t)
  take(NOON, [failed])
  const waits: number[] = []
  for (let now = NOON, round = 0; round < 9; round++) {
    let claimed = claimSink(database, 'a', now)
    const begin = now
    while (claimed === undefined) {
      now += MINUTE
      claimed = claimSink(database, 'a', now)
    }
    waits.push((now - begin) / MINUTE)
    releaseClaim(database, claimed, now, { error: 'no route' })
  }
  t.strictSame(waits, [0, 0, 1, 2, 4, 8, 16, 32, 60])
  t.strictSame(waitingMessages(database), [
    { sink: 'a', messages: 1, error: 'no route' },
    { sink: 'b', messages: 1 },
  ])
  take(NOON + HOUR, [failed, runAt(NOON + HOUR)])
  const later = claimSink(database, 'a', NOON + 48 * HOUR)
  t.match(later?.waiting, [{ message: { status: 'firing' } }, { message: { status: 'resolved' } }])
})

t.test(
  'that it still holds is no news to a sink that does not know it; a week later nobody wants it',
  async (t) => {
    const { database, take } = await failing(t, { repeat: '1h', within: '30d' })
    t.match(take(NOON, [failed]), [{ status: 'firing' }])
    t.match(take(NOON + 2 * HOUR, [failed]), [{ status: 'repeated' }])
    t.match(waitingMessages(database), [{ messages: 1 }, { messages: 1 }])
    const claimed = claimSink(database, 'a', NOON + 2 * HOUR)!
    recordDelivery(database, claimed, claimed.waiting[0]!.number)
    releaseClaim(database, claimed, NOON + 2 * HOUR)
    take(NOON + 4 * HOUR, [failed])
    t.strictSame(waitingMessages(database), [
      { sink: 'a', messages: 1 },
      { sink: 'b', messages: 1 },
    ])
    take(NOON + 8 * 24 * HOUR, [])
    t.ok(
      waitingMessages(database).every(({ messages }) => messages === 1),
      'those of now alone',
    )
  },
)

t.test(
  'facts that are older than those it was judged by change nothing; a clock that was set back does',
  async (t) => {
    const { database, take } = await failing(t)
    const { rules } = await settingsOf({ rules: [{ when: 'failed' }], sinks: { a: { type: 'stderr' } } })
    const settings = await settingsOf({ rules: [{ when: 'failed' }], sinks: { a: { type: 'stderr' } } })
    take(NOON, [failed])
    const stale = evaluateRules(
      rules,
      { reader: readerOf([]), now: NOON - 1000, whole: true },
      watchedAlerts(database),
    )
    t.strictSame(applyFindings(database, settings, stale, { now: NOON + 1000, asOf: NOON - 1000 }), [])
    t.equal(knownAlerts(database).length, 1)
    t.match(applyFindings(database, settings, stale, { now: NOON - HOUR, asOf: NOON - HOUR }), [
      { status: 'resolved' },
    ])
  },
)

t.test(
  'a damaged file is moved aside, and said; where no file can be, alerts are sent all the same',
  async (t) => {
    const directory = t.testdir({ 'alerts.db': 'x'.repeat(10_000) })
    const file = join(directory, 'alerts.db')
    const said: string[] = []
    openAlerts(file, (message) => said.push(message)).close()
    t.match(said, [/is damaged and was moved to .*alerts\.db\.damaged-\d+T\d+Z/])
    t.ok(readdirSync(directory).some((name) => name.includes('damaged-')))
    writeFileSync(join(directory, 'file'), '')
    const database = openAlerts(join(directory, 'file', 'alerts.db'), (message) => said.push(message))
    t.match(said[1], /alerts are sent, but not remembered/)
    t.strictSame(knownAlerts(database), [])
    database.close()
    t.equal(existsSync(join(directory, 'file', 'alerts.db')), false)
  },
)
