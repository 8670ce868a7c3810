import t from 'tap'
import { observed } from '../../../lib/core/channel/requests.ts'
import { processProgress } from '../../../lib/monitor/progress/process.ts'

const ASKED = { server: 'localhost:8080', protocol: 'rest', name: 'GET /schema', sentBytes: 7 } as const

t.test('what goes to a server and comes from it is counted, while somebody looks on', async (t) => {
  const { traffic, close } = processProgress()
  t.equal(traffic.oldest, undefined)
  const ends: (() => void)[] = []
  const waiting = () => new Promise<string>((resolve) => ends.push(() => resolve('answer')))
  const first = observed(ASKED, waiting, (reply) => ({ receivedBytes: reply.length }))
  const other = observed({ ...ASKED, server: 'other:1' }, waiting, (reply) => ({
    receivedBytes: reply.length,
  }))
  t.match(traffic.oldest, { server: 'localhost:8080' })
  ends[0]!()
  t.equal(await first, 'answer')
  t.match(traffic.oldest, { server: 'other:1' })
  ends[1]!()
  await other
  const refused = observed(
    ASKED,
    () => Promise.reject(new Error('no')),
    () => ({ receivedBytes: 0 }),
  )
  await t.rejects(refused, { message: 'no' })
  t.equal(traffic.oldest, undefined)
  t.same(
    [...traffic.servers],
    [
      ['localhost:8080', { requests: 2, failed: 1, sentBytes: 14, receivedBytes: 6 }],
      ['other:1', { requests: 1, failed: 0, sentBytes: 7, receivedBytes: 6 }],
    ],
  )
  t.match(traffic, { sentBytes: 21, receivedBytes: 12 })
  close()
  await observed(
    ASKED,
    async () => 'unseen',
    () => ({ receivedBytes: 6 }),
  )
  t.equal(traffic.receivedBytes, 12)
})
