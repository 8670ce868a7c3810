// A process whose memory fills and empties as the test says, on a clock of its own.
import t from 'tap'
import { MemoryLimit, type MemoryOfProcess } from '../../lib/async/memoryLimit.ts'

interface Simulated extends MemoryOfProcess {
  ms: number
  bytes: number
  collected: number
  /** Called after each wait. */
  onWait: () => void
}

function simulated(bytes: number): Simulated {
  const process: Simulated = {
    ms: 0,
    bytes,
    collected: 0,
    onWait: () => {},
    now: () => process.ms,
    rssBytes: () => process.bytes,
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
  const limit = new MemoryLimit({ bytes: 100, process })
  for (let record = 0; record < 100; record++, process.ms += 10) await limit.pass()
  t.match(limit, { share: 1, heldMs: 0, wasTight: false })
  t.equal(process.collected, 0)
})

t.test('where it is tight, what is in flight ends first, and batches become smaller', async (t) => {
  const process = simulated(50)
  const tight: number[] = []
  const limit = new MemoryLimit({ bytes: 100, process, onTight: (rss) => tight.push(rss) })
  await limit.pass()
  process.ms += 10
  process.bytes = 90
  limit.inFlight = 2
  let waits = 0
  process.onWait = () => {
    if (++waits === 20) limit.inFlight = 0
  }
  await limit.pass()
  t.equal(waits, 20, 'it waited for what was in flight')
  t.match(limit, { share: 0.25, heldMs: 200, wasTight: true })
  t.same(tight, [90])
  t.ok(process.collected > 0)
  process.onWait = () => {}
  process.ms += 10
  const before = process.ms
  await limit.pass()
  t.equal(process.ms - before, 240, 'what was let in may be on its way to be in flight')
})

t.test('of several that wait together the time counts once', async (t) => {
  const process = simulated(90)
  const limit = new MemoryLimit({ bytes: 100, process })
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
  const limit = new MemoryLimit({ bytes: 100, process })
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
    const limit = new MemoryLimit({ bytes: 100, process })
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
    bytes: 100,
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
  const limit = new MemoryLimit({ bytes: 100, process })
  await limit.pass()
  t.equal(limit.share, 0.25)
  process.bytes = 40
  for (let second = 0; second < 10; second++) {
    process.ms += 1000
    await limit.pass()
  }
  t.equal(limit.share, 1)
})

t.test('what flows and is held nowhere is freed of what nobody needs, and not held back', async (t) => {
  const process = simulated(90)
  const limit = new MemoryLimit({ bytes: 100, process })
  limit.inFlight = 5
  await limit.trim()
  t.match(process, { collected: 1, ms: 0 })
})

t.test('this process has memory that can be collected', async (t) => {
  const limit = new MemoryLimit({ bytes: 1 })
  await limit.pass()
  t.equal(limit.wasTight, true)
})
