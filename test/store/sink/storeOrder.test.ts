import t from 'tap'
import type { Settlement } from '../../../lib/core/outcome.ts'
import { Sequencer } from '../../../lib/store/sink/order.ts'

const settlement = (line: number): Settlement => ({ outcomes: [], end: { line, end: line } })
const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

t.test(
  'settlements are handed on in order of the input and one at a time, whichever is there first',
  async (t) => {
    const calls: string[] = []
    const first = Promise.withResolvers<void>()
    const order = new Sequencer(async ({ end }) => {
      calls.push(`begin ${end.line}`)
      if (end.line === 1) await first.promise
      calls.push(`end ${end.line}`)
    })
    const ready = [1, 2, 3].map(() => Promise.withResolvers<Settlement>())
    const covered = ready.map(({ promise }) => order.add(promise))
    ready[2]!.resolve(settlement(3))
    ready[1]!.resolve(settlement(2))
    await turns()
    t.strictSame(calls, [], 'the first is not there yet')
    ready[0]!.resolve(settlement(1))
    await turns()
    t.strictSame(calls, ['begin 1'], 'the first is not done with yet')
    first.resolve()
    await Promise.all(covered)
    t.strictSame(calls, ['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
  },
)

t.test('after an error nothing is handed on, and all that wait have it', async (t) => {
  const lines: number[] = []
  const order = new Sequencer(({ end }) => {
    lines.push(end.line)
    if (end.line === 2) throw new Error('no checkpoint')
  })
  const covered = [1, 2, 3].map((line) => order.add(Promise.resolve(settlement(line))))
  await t.resolves(covered[0]!)
  await t.rejects(covered[1]!, { message: 'no checkpoint' })
  await t.rejects(covered[2]!, { message: 'no checkpoint' })
  t.strictSame(lines, [1, 2])
})
