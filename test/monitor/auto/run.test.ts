// `auto` on a clock that is made up, with commands that are.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { ownerOf, thisOwner } from '../../../lib/catalog/lock/process.ts'
import { dueState } from '../../../lib/monitor/auto/due.ts'
import { AutoNotes } from '../../../lib/monitor/auto/notes.ts'
import { plannedPolicies } from '../../../lib/monitor/auto/plannedPolicies.ts'
import type { Policy } from '../../../lib/monitor/auto/policies.ts'
import { type AutoContext, type AutoRun, runPolicies } from '../../../lib/monitor/auto/run.ts'
import { cronSchedule, everySchedule } from '../../../lib/monitor/auto/schedule.ts'
import { directory } from '../../job/targets.ts'
import { runs } from '../../runs.ts'

const START = Date.parse('2026-11-29T00:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const policy = (name: string, every: string): Policy => ({
  ...{ name, kind: 'cleanup', schedule: everySchedule(every), words: [] },
})

interface World {
  readonly clock: { now: number }
  readonly ended: AutoRun[]
  readonly stopping: AbortController
  context(notes: AutoNotes, more?: Partial<AutoContext>): AutoContext
}

/** `takes` says how long a command of a policy takes, and how it ends. */
function world(takes: (name: string) => { readonly ms: number; readonly exit: number }): World {
  const clock = { now: START }
  const ended: AutoRun[] = []
  const stopping = new AbortController()
  return {
    ...{ clock, ended, stopping },
    context: (notes, more = {}) => ({
      notes,
      stop: stopping.signal,
      now: () => clock.now,
      wait: async (ms) => {
        clock.now += ms
      },
      commandsOf: async ({ name }) => [[name]],
      begin([name]) {
        const { ms, exit } = takes(name!)
        clock.now += ms
        return { owner: thisOwner(), ended: Promise.resolve(exit) }
      },
      onRun: (run) => void ended.push(run),
      ...more,
    }),
  }
}

t.test(
  'what is due is done in the order in which it has been due, and a failure stops nothing',
  async (t) => {
    const at = directory(t)
    const { clock, ended, context } = world((name) => ({ ms: 1000, exit: name === 'bad' ? 4 : 0 }))
    const policies = [policy('late', '3h'), policy('bad', '1h'), policy('good', '2h')]
    await runPolicies(async () => policies, { once: true }, context(new AutoNotes(at)))
    t.strictSame(ended, [], 'what was never seen before is not due')
    clock.now += 50 * HOUR
    await runPolicies(async () => policies, { once: true }, context(new AutoNotes(at)))
    t.match(
      ended.map(({ policy, exit }) => [policy, exit]),
      [
        ['bad', 4],
        ['good', 0],
        ['late', 0],
      ],
      'each once, however often it was missed',
    )
    await runPolicies(async () => policies, { once: true }, context(new AutoNotes(at)))
    t.equal(ended.length, 3)
    const planned = plannedPolicies(policies, new AutoNotes(at, { look: true }), clock.now, () => [['x']])
    t.match(planned, [{ due: false, last_exit: 0 }, { due: false, last_exit: 4 }, { due: false }])
  },
)

t.test('while it stays it does each policy at its times, one command after another', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ hours: fc.integer({ min: 1, max: 9 }), minutes: fc.nat(200) }), {
        minLength: 1,
        maxLength: 4,
      }),
      async (all) => {
        const at = directory(t as Test)
        const policies = all.map(({ hours }, n) => policy(`p${n}`, `${hours}h`))
        const { clock, ended, stopping, context } = world((name) => ({
          ms: all[Number(name.slice(1))]!.minutes * MINUTE,
          exit: 0,
        }))
        const until = START + 40 * HOUR
        const wait = async (ms: number) => {
          clock.now += ms
          if (clock.now >= until) stopping.abort()
        }
        await runPolicies(async () => policies, { once: false }, context(new AutoNotes(at), { wait }))
        let last = START
        for (const { started_at, seconds } of ended) {
          const begun = Date.parse(started_at)
          t.ok(begun >= last, 'no two at once')
          last = begun + seconds * 1000
        }
        for (const [n, { hours }] of all.entries()) {
          const begun = ended
            .filter(({ policy }) => policy === `p${n}`)
            .map((one) => Date.parse(one.started_at))
          const gaps = begun.map((one, at) => one - (begun[at - 1] ?? START))
          t.ok(
            gaps.every((gap) => gap >= hours * HOUR),
            'never before its time',
          )
          const others = all.reduce((sum, { minutes }) => sum + minutes * MINUTE, 0)
          t.ok(
            gaps.every((gap) => gap <= hours * HOUR + 2 * others + 2 * MINUTE),
            'and as soon as there is room',
          )
          t.ok(begun.length > 0)
        }
      },
    ),
    { numRuns: runs(10) },
  )
})

t.test(
  'what was interrupted, or killed with its policies, is due again; what goes on still is left alone',
  async (t) => {
    const at = directory(t)
    const hourly = [policy('p', '1h'), policy('q', '1h')]
    const { clock, ended, stopping, context } = world(() => ({ ms: 1, exit: 143 }))
    await runPolicies(async () => hourly, { once: true }, context(new AutoNotes(at)))
    clock.now += HOUR
    const begin: AutoContext['begin'] = () => {
      stopping.abort()
      return { owner: thisOwner(), ended: Promise.resolve(143) }
    }
    await runPolicies(async () => hourly, { once: true }, context(new AutoNotes(at), { begin }))
    t.match(ended, [{ policy: 'p', exit: 143 }], 'nothing is begun after that')
    const again = world(() => ({ ms: 1, exit: 0 }))
    again.clock.now = clock.now
    await runPolicies(async () => hourly, { once: true }, again.context(new AutoNotes(at)))
    t.match(
      again.ended,
      [
        { policy: 'p', exit: 11 },
        { policy: 'q', exit: 0 },
      ],
      'its process is still there',
    )
    const dead = new AutoNotes(at)
    dead.begin('p', { command: ['p'], since: 1, owner: { ...ownerOf(process.pid), startTicks: '1' } })
    again.clock.now += HOUR
    await runPolicies(async () => hourly, { once: true }, again.context(new AutoNotes(at)))
    t.match(again.ended.slice(2), [
      { policy: 'p', exit: 0 },
      { policy: 'q', exit: 0 },
    ])
  },
)

t.test('what failed is tried again where its policy says so, and nothing else of it', async (t) => {
  const at = directory(t)
  const exits: Record<string, number[]> = { a: [13, 1, 0], b: [0, 0], c: [4, 0] }
  const { clock, ended, context } = world(() => ({ ms: 1, exit: 0 }))
  const tried: string[] = []
  const begin: AutoContext['begin'] = ([name]) => {
    tried.push(name!)
    return { owner: thisOwner(), ended: Promise.resolve(exits[name!]!.shift() ?? 0) }
  }
  const retry = { times: 3, afterMs: 10 * MINUTE }
  const more = { begin, commandsOf: async () => [['a'], ['b'], ['c']] }
  const look = () =>
    runPolicies(
      async () => [{ ...policy('p', '6h'), retry }],
      { once: true },
      context(new AutoNotes(at), more),
    )
  await look()
  clock.now += 6 * HOUR
  await look()
  t.strictSame(tried.splice(0), ['a', 'b', 'c'])
  clock.now += 9 * MINUTE
  await look()
  t.strictSame(tried, [], 'not before its time')
  clock.now += MINUTE
  await look()
  t.strictSame(tried.splice(0), ['a'], 'what ended well is not done twice, nor what found damage')
  clock.now += 10 * MINUTE
  await look()
  t.strictSame(tried.splice(0), ['a'])
  clock.now += 10 * MINUTE
  await look()
  t.strictSame(tried, [], 'it is well now')
  t.strictSame(
    ended.map(({ exit }) => exit),
    [13, 0, 4, 1, 0],
  )
})

t.test('whatever fails, a policy is tried no more often than it says between two of its times', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 90 }),
      fc.array(fc.constantFrom(0, 1, 2, 11, 13), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 30 }),
      async (times, minutes, exits, stepMinutes) => {
        const at = mkdtempSync(join(tmpdir(), 'elysiactl-auto-'))
        const { clock, context } = world(() => ({ ms: 1, exit: 0 }))
        let begun = 0
        let scheduled = 0
        const begin: AutoContext['begin'] = () => {
          const exit = exits[begun % exits.length]!
          begun += 1
          return { owner: thisOwner(), ended: Promise.resolve(exit) }
        }
        const schedule = cronSchedule('0 * * * *', 'UTC')
        const one = { ...policy('p', '1h'), schedule, retry: { times, afterMs: minutes * MINUTE } }
        for (let step = 0; step < 40; step += 1) {
          const notes = new AutoNotes(at)
          const due = dueState(schedule, notes.of('p', clock.now), clock.now)
          if (due.since !== undefined && due.isAgain !== true) scheduled += 1
          await runPolicies(async () => [one], { once: true }, context(notes, { begin }))
          clock.now += stepMinutes * MINUTE
        }
        rmSync(at, { recursive: true })
        return begun >= scheduled && begun <= scheduled * (times + 1)
      },
    ),
    { numRuns: runs(20) },
  )
})

t.test('policies that change while it stays are those that count', async (t) => {
  const { clock, ended, stopping, context } = world(() => ({ ms: 1, exit: 0 }))
  let looks = 0
  const now = async () => {
    looks += 1
    if (looks === 9) stopping.abort()
    return [policy(looks < 4 ? 'before' : 'after', '1h')]
  }
  const wait = async (ms: number) => {
    t.ok(ms <= MINUTE, 'it looks once a minute at least')
    clock.now += HOUR
  }
  await runPolicies(now, { once: false }, context(new AutoNotes(directory(t)), { wait }))
  const names = ended.map(({ policy: name }) => name)
  t.strictSame(names, ['before', 'before', 'after', 'after', 'after', 'after'])
})

t.test('a policy that nothing fits is said and settled', async (t) => {
  const at = directory(t)
  const { clock, ended, context } = world(() => ({ ms: 1, exit: 0 }))
  const nothing: string[] = []
  const more = { commandsOf: async () => [], onNothing: ({ name }: Policy) => void nothing.push(name) }
  await runPolicies(async () => [policy('p', '1h')], { once: true }, context(new AutoNotes(at)))
  clock.now += HOUR
  for (let turn = 0; turn < 2; turn++)
    await runPolicies(async () => [policy('p', '1h')], { once: true }, context(new AutoNotes(at), more))
  t.strictSame([nothing, ended], [['p'], []])
})
