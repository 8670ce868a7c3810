import t from 'tap'
import { publishRequest } from '../../../lib/core/channel/requests.ts'
import { processProgress } from '../../../lib/monitor/progress/process.ts'
import { Traffic } from '../../../lib/monitor/progress/traffic.ts'

const ASKED = { server: 'localhost:8080', protocol: 'rest', name: 'GET /schema', sentBytes: 7 } as const

t.test('the request that waits the longest is known, and how many had an answer', async (t) => {
  const { traffic, close } = processProgress()
  t.teardown(close)
  t.equal(traffic.oldest, undefined)
  const ends: (() => void)[] = []
  const waiting = () => new Promise<string>((resolve) => ends.push(() => resolve('answer')))
  const first = publishRequest(ASKED, waiting, (reply) => ({ receivedBytes: reply.length }))
  const other = publishRequest({ ...ASKED, server: 'other:1' }, waiting, (reply) => ({
    receivedBytes: reply.length,
  }))
  t.match(traffic.oldest, { server: 'localhost:8080' })
  ends[0]!()
  t.equal(await first, 'answer')
  t.match(traffic.oldest, { server: 'other:1' })
  ends[1]!()
  await other
  const refused = publishRequest(
    ASKED,
    () => Promise.reject(new Error('no')),
    () => ({ receivedBytes: 0 }),
  )
  await t.rejects(refused, { message: 'no' })
  t.equal(traffic.oldest, undefined)
  t.equal(traffic.answered, 2)
})

t.test(
  'a request that its server has not taken all of is told from one that it does not answer',
  async (t) => {
    let sent = 0
    const traffic = new Traffic(() => sent)
    t.teardown(() => traffic.close())
    const { promise, resolve } = Promise.withResolvers<string>()
    const asking = publishRequest(
      ASKED,
      () => promise,
      () => ({ receivedBytes: 0 }),
    )
    sent = 6
    t.equal(traffic.oldest!.direction, 'out')
    sent = 7
    t.equal(traffic.oldest!.direction, 'in')
    resolve('answer')
    await asking
  },
)
