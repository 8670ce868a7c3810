// A process whose memory fills and empties as the test says, on a clock of its own.
import t from 'tap'
import { MemoryLimit, type MemoryOfProcess } from '../../lib/async/memoryLimit.ts'

const MIB = 1024 * 1024
/** What a limit of 1000 MiB and a simulated memory of so many percent of it are. */
const BYTES = 1000 * MIB
const PERCENT = BYTES / 100

interface Simulated extends MemoryOfProcess {
  ms: number
  /** In percent of the limit. */
  percent: number
  collected: number
  /** Called after each wait. */
  onWait: () => void
}

function simulated(percent: number): Simulated {
  const process: Simulated = {
    ms: 0,
    percent,
    collected: 0,
    onWait: () => {},
    now: () => process.ms,
    rssBytes: () => process.percent * PERCENT,
    collect() {
      process.collected += 1
    },
    wait: async (ms) => {
      process.ms += ms
      process.onWait()
    },
  }
  return process
}

t.test('with room nothing is held back', async (t) => {
  const process = simulated(50)
  const limit = new MemoryLimit({ bytes: BYTES, process })
  for (let record = 0; record < 100; record++, process.ms += 10) await limit.pass()
  t.match(limit, { share: 1, heldMs: 0, wasTight: false })
  t.equal(process.collected, 0)
})

t.test('where it is tight, what is in flight ends first, and batches become smaller', async (t) => {
  const process = simulated(50)
  const tight: number[] = []
  const limit = new MemoryLimit({ bytes: BYTES, process, onTight: (rss) => tight.push(rss) })
  await limit.pass()
  process.ms += 10
  process.percent = 90
  limit.inFlight = 2
  let waits = 0
  process.onWait = () => {
    if (++waits === 20) limit.inFlight = 0
  }
  await limit.pass()
  t.equal(waits, 20, 'it waited for what was in flight')
  t.match(limit, { share: 0.25, heldMs: 200, wasTight: true })
  t.same(tight, [90 * PERCENT])
  t.ok(process.collected > 0)
  process.onWait = () => {}
  process.ms += 10
  const before = process.ms
  await limit.pass()
  t.equal(process.ms - before, 240, 'what was let in may be on its way to be in flight')
})

t.test('of several that wait together the time counts once', async (t) => {
  const process = simulated(90)
  const limit = new MemoryLimit({ bytes: BYTES, process })
  limit.inFlight = 1
  let waits = 0
  process.onWait = () => {
    if (++waits === 40) limit.inFlight = 0
  }
  await Promise.all([limit.pass(), limit.pass()])
  t.equal(limit.heldMs, process.ms)
})

t.test('with no room at all one after the other is let in', async (t) => {
  const process = simulated(500)
  const limit = new MemoryLimit({ bytes: BYTES, process })
  for (let record = 0; record < 10; record++) {
    await limit.pass()
    limit.inFlight = 1
    process.onWait = () => {
      limit.inFlight = 0
    }
  }
  t.ok(process.ms < 1000, `${process.ms}`)
})

t.test(
  'a process that takes more by itself takes what comes all the same, though many fill a batch',
  async (t) => {
    const process = simulated(500)
    const limit = new MemoryLimit({ bytes: BYTES, process })
    for (let record = 1; record <= 4000; record++) {
      await limit.pass()
      if (record % 64 !== 0) continue
      limit.inFlight = 1
      process.onWait = () => {
        limit.inFlight = 0
      }
    }
    t.ok(process.ms < 5000, `it took ${process.ms} ms`)
  },
)

t.test('collecting takes a fifth of the time at most', async (t) => {
  const process = simulated(500)
  const limit = new MemoryLimit({
    bytes: BYTES,
    process: {
      ...process,
      now: () => process.ms,
      collect: () => {
        process.collected += 1
        process.ms += 400
      },
    },
  })
  for (let ms = 0; ms < 20_000; ms += 10, process.ms += 10) await limit.trim()
  t.ok(process.collected * 400 <= process.ms / 5 + 400, `${process.collected} times in ${process.ms} ms`)
})

t.test('once it is eased for some time batches grow again', async (t) => {
  const process = simulated(90)
  const limit = new MemoryLimit({ bytes: BYTES, process })
  await limit.pass()
  t.equal(limit.share, 0.25)
  process.percent = 40
  for (let second = 0; second < 10; second++) {
    process.ms += 1000
    await limit.pass()
  }
  t.equal(limit.share, 1)
})

t.test('what flows and is held nowhere is freed of what nobody needs, and not held back', async (t) => {
  const process = simulated(90)
  const limit = new MemoryLimit({ bytes: BYTES, process })
  limit.inFlight = 5
  await limit.trim()
  t.match(process, { collected: 1, ms: 0 })
})

t.test('garbage is collected as bytes pass, if memory is tight', async (t) => {
  const process = simulated(50)
  const limit = new MemoryLimit({ bytes: BYTES, process })
  const pass = (mebibytes: number) => {
    for (let passed = 0; passed < mebibytes; passed++, process.ms += 10) limit.passed(MIB)
  }
  pass(2000)
  t.equal(process.collected, 0, 'there is room')
  process.percent = 80
  pass(1)
  t.equal(process.collected, 1, 'at once: enough has passed')
  pass(900)
  t.equal(process.collected, 7, 'then after each sixth of the room')
})

t.test('collecting that frees nothing is tried less and less often', async (t) => {
  const process = simulated(120)
  const limit = new MemoryLimit({ bytes: BYTES, process })
  const collectionsIn = (mebibytes: number) => {
    const before = process.collected
    for (let passed = 0; passed < mebibytes; passed++, process.ms += 10) limit.passed(MIB)
    return process.collected - before
  }
  t.ok(collectionsIn(4500) < 5, `${process.collected}`)
  t.ok(collectionsIn(45_000) < 10)
  process.percent = 80
  collectionsIn(10_000)
  t.ok(collectionsIn(4500) >= 9, 'as often as before once it helps')
})

t.test('buffers get their share of the room beside what the process takes by itself', async (t) => {
  const scaleOf = (mebibytes: number) => new MemoryLimit({ bytes: mebibytes * MIB }).scale
  t.equal(scaleOf(1000), 1)
  t.equal(scaleOf(500), 1)
  t.equal(scaleOf(200), 0.25)
  t.equal(scaleOf(50), 1 / 32)
  t.equal(new MemoryLimit({ bytes: 50 * MIB }).roomBytes, 0)
  t.equal(new MemoryLimit({ bytes: 150 * MIB }).roomBytes, 50 * MIB)
  t.equal(new MemoryLimit({ bytes: 200 * MIB }).share, 0.25, 'batches too, from the beginning')
})

t.test('this process has memory that can be collected', async (t) => {
  const limit = new MemoryLimit({ bytes: 1 })
  await limit.pass()
  t.equal(limit.wasTight, true)
})
