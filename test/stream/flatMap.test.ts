import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { FlatMapTransform } from '../../lib/stream/flatMap.ts'
import { stageContract } from '../contract/stage.ts'

/** Every number as many times as it says. */
class Repeated extends FlatMapTransform<number, number> {
  made = 0

  constructor() {
    super({ objectMode: true, highWaterMark: 4 })
  }

  protected override *expand(times: number): Generator<number> {
    for (let at = 0; at < times; at++) {
      this.made++
      yield times
    }
  }

  protected override *rest(): Generator<number> {
    yield* [-1, -1, -1]
  }
}

class Failing extends Repeated {
  protected override expand(): Generator<number> {
    throw new Error('no')
  }
}

stageContract(t, 'FlatMapTransform', {
  make: () => new Repeated(),
  input: () => [3, 0, 9, 1, 0, 0, 30, 2, 2],
  holds: 4 + 4 + 4,
  keysIn: (times) => Array(times as number).fill(times),
  keysOut: (times) => (times === -1 ? [] : [times]),
})

t.test('FlatMapTransform: one chunk of a hundred thousand is made as it is read', async (t) => {
  const stage = new Repeated()
  stage.write(100_000)
  for (let turns = 0; turns < 10; turns++) await turn()
  t.ok(stage.made <= 5, `made ${stage.made} before anyone read`)
  stage.end()
  let read = 0
  for await (const _number of stage) read++
  t.equal(read, 100_003)
})

t.test('FlatMapTransform: chunks that give nothing do not end the reading', async (t) => {
  const zeros = Array<number>(1000).fill(0)
  const numbers = await Readable.from([...zeros, 5, ...zeros, 1])
    .pipe(new Repeated())
    .toArray()
  t.strictSame(numbers, [5, 5, 5, 5, 5, 1, -1, -1, -1])
})

t.test('FlatMapTransform: what is thrown is the error of the stream', async (t) => {
  await t.rejects(Readable.from([1]).pipe(new Failing()).toArray(), { message: 'no' })
})
