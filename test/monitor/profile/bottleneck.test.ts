// A hundred pipelines of which it is known what is slow, on a clock that goes on when all have to wait.
import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { nameStage } from '../../../lib/core/channel/stages.ts'
import { bottleneckOf } from '../../../lib/monitor/profile/bottleneck.ts'
import { stageProfile } from '../../../lib/monitor/profile/profiler.ts'
import type { StageProfile } from '../../../lib/monitor/profile/schema.ts'
import { StageMeter } from '../../../lib/monitor/profile/stageMeter.ts'

/** A clock whose timers are due one after the other, as soon as nothing else is to be done. */
class Clock {
  ms = 0
  #timers: { readonly due: number; readonly ring: () => void }[] = []
  #isGoing = false

  wait(ms: number, ring: () => void): void {
    this.#timers.push({ due: this.ms + ms, ring })
    if (this.#isGoing) return
    this.#isGoing = true
    setImmediate(() => this.#next())
  }

  /** Work of the thread itself. */
  burn(ms: number): void {
    this.ms += ms
  }

  #next(): void {
    this.#timers.sort((one, other) => one.due - other.due)
    const timer = this.#timers.shift()
    this.#isGoing = this.#timers.length > 0
    if (this.#isGoing) setImmediate(() => this.#next())
    if (timer === undefined) return
    this.ms = Math.max(this.ms, timer.due)
    timer.ring()
  }
}

interface Step {
  readonly ms: number
  readonly takesThread: boolean
}

const CHUNKS = 40
const STAGE = { objectMode: true, highWaterMark: 1 } as const

async function measured(steps: readonly Step[], jitter: () => number): Promise<StageProfile[]> {
  const clock = new Clock()
  const meter = new StageMeter(
    () => clock.ms,
    () => 0,
  )
  const act = ({ ms, takesThread }: Step, done: () => void) => {
    const took = ms * (0.7 + 0.6 * jitter())
    if (!takesThread) return clock.wait(took, done)
    clock.burn(took)
    clock.wait(0, done)
  }
  let left = CHUNKS
  const source = new Readable({
    ...STAGE,
    read() {
      act(steps[0]!, () => this.push(left-- > 0 ? left : null))
    },
  })
  const middle = steps.slice(1, -1).map(
    (step) =>
      new Transform({
        ...STAGE,
        transform(chunk, _, done) {
          act(step, () => done(null, chunk))
        },
      }),
  )
  const end = new Writable({
    ...STAGE,
    write(_, __, done) {
      act(steps.at(-1)!, () => done())
    },
  })
  const stages = [source, ...middle, end].map((stage, at) => nameStage(`stage ${at}`, stage))
  meter.watch(stages)
  await pipeline(stages as unknown as [Readable, Writable])
  return meter.figures().map(stageProfile)
}

function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

t.test('of a hundred pipelines whose slow stage is known at least 95 are told right', async (t) => {
  const random = randomOf(20_261_129)
  const wrong: string[] = []
  for (let round = 0; round < 100; round++) {
    const slow = 2 + 20 * random()
    const count = 3 + Math.floor(4 * random())
    const slowest = Math.floor(count * random())
    const steps = Array.from({ length: count }, (_, at) => ({
      ms: at === slowest ? slow : slow * 0.8 * random(),
      takesThread: false,
    }))
    const found = bottleneckOf(await measured(steps, random))
    if (found.stage !== `stage ${slowest}`) wrong.push(`${round}: ${slowest} of ${count}, ${found.sentence}`)
  }
  t.ok(wrong.length <= 5, `${wrong.length} wrong`, { wrong })
})

t.test('where two work as long, or less than a tenth apart, they are balanced', async (t) => {
  const random = randomOf(7)
  const wrong: string[] = []
  for (let round = 0; round < 40; round++) {
    const slow = 2 + 20 * random()
    const steps = [1, 0.97, 0.3, 0.2 * random()].map((share) => ({ ms: slow * share, takesThread: false }))
    const shuffled = steps
      .map((step) => ({ step, at: random() }))
      .sort((one, other) => one.at - other.at)
      .map(({ step }) => step)
    // Without jitter: two that are alike on the whole are not so in forty chunks.
    const found = bottleneckOf(await measured(shuffled, () => 0.5))
    if (found.kind !== 'balanced') wrong.push(found.sentence)
  }
  t.ok(wrong.length <= 2, `${wrong.length} wrong`, { wrong })
})

t.test('of stages that share the thread the one that takes most of it is told', async (t) => {
  const steps = [1, 2, 9, 2].map((ms) => ({ ms, takesThread: true }))
  const stages = await measured(steps, () => 0.5)
  const found = bottleneckOf(stages)
  t.equal(found.stage, 'stage 2')
  t.match(found.sentence, /takes the processor: --threads/)
  const cpu = stages.map(({ cpu_seconds: seconds }) => Math.round(seconds * 1000))
  t.same(cpu, [1 * (CHUNKS + 1), 2 * CHUNKS, 9 * CHUNKS, 2 * CHUNKS], 'each has its own')
})

t.test('each stage worked, waited or was held back, and nothing else', async (t) => {
  const stages = await measured(
    [1, 10, 1].map((ms) => ({ ms, takesThread: false })),
    () => 0.5,
  )
  const [first, second, third] = stages as [StageProfile, StageProfile, StageProfile]
  t.ok(first.held_back_seconds > 0.3, `${first.held_back_seconds}`)
  t.ok(second.busy > 0.95, `${second.busy}`)
  t.ok(third.waited_seconds > 0.3, `${third.waited_seconds}`)
})

t.test('of what did nothing it is not told what held it back', async (t) => {
  t.match(bottleneckOf([]), { kind: 'unknown' })
})

t.test('what asks a server says how long that takes', async (t) => {
  const stage = { streams: 1, chunks: 9, cpu_seconds: 0, waited_seconds: 0, held_back_seconds: 0 }
  const write = { ...stage, name: 'write', worked_seconds: 9, busy: 0.9 }
  const latency = { p50: 12, p90: 20, p99: 30, max: 31 }
  const none = { failed: 0, refused: 0, sent_bytes: 0, received_bytes: 0 }
  const { sentence } = bottleneckOf([write], [{ server: 'h:1', requests: 9, ...none, latency_ms: latency }])
  t.match(
    sentence,
    /^`write` holds the others back: it worked 90 % of the time, and h:1 takes 12\.0 ms .*-j auto/,
  )
})
