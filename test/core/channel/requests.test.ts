import t from 'tap'
import {
  type EndedRequest,
  publishRequest,
  REQUEST_ENDED,
  REQUEST_STARTED,
  type ServerRequest,
} from '../../../lib/core/channel/requests.ts'

const ASKED = { server: 'localhost:8080', protocol: 'grpc', name: 'Search', sentBytes: 3 } as const
const factsOf = (reply: string) => ({ receivedBytes: reply.length, status: 200 })

t.test(
  'who looks on at requests learns of each how it went, adds headers, and sees no content',
  async (t) => {
    const started: ServerRequest[] = []
    const ended: EndedRequest[] = []
    const onStart = (message: unknown) => {
      started.push(message as ServerRequest)
      ;(message as ServerRequest).headers.traceparent = '00-1'
    }
    const onEnd = (message: unknown) => void ended.push(message as EndedRequest)
    REQUEST_STARTED.subscribe(onStart)
    REQUEST_ENDED.subscribe(onEnd)
    const sent: object[] = []
    await publishRequest(
      ASKED,
      async (headers) => {
        sent.push({ ...headers })
        return 'secret'
      },
      factsOf,
    )
    await t.rejects(
      publishRequest(ASKED, () => Promise.reject(new Error('away')), factsOf),
      { message: 'away' },
    )
    REQUEST_STARTED.unsubscribe(onStart)
    REQUEST_ENDED.unsubscribe(onEnd)
    t.same(sent, [{ traceparent: '00-1' }])
    t.match(started, [{ server: 'localhost:8080', protocol: 'grpc', name: 'Search' }, {}])
    t.match(ended, [
      { sentBytes: 3, receivedBytes: 6, status: 200 },
      { receivedBytes: 0, error: { message: 'away' } },
    ])
    t.notMatch(JSON.stringify([started, ended]), /secret/)
    await publishRequest(
      ASKED,
      async (headers) => void sent.push({ ...headers }) as unknown as string,
      () => ({ receivedBytes: 0 }),
    )
    t.same(sent[1], {}, 'nobody looks on')
  },
)
