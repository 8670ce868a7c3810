// Spans as a provider has them that the user registered.
import { propagation, type TextMapPropagator, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import t from 'tap'
import { publishRequest } from '../../../lib/core/channel/requests.ts'
import { startTelemetry } from '../../../lib/monitor/trace/telemetry.ts'
import { hasProvider, passOnTraceparent } from '../../../lib/monitor/trace/traceparent.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`
const ASKED = { server: '127.0.0.1:8080', protocol: 'grpc', name: 'Search', sentBytes: 3 } as const
const STARTED = {
  type: 'run_started',
  run: 'r',
  kind: 'restore',
  target: 'http://127.0.0.1:8080',
} as RunEvent

/** Sends a request; resolves with the headers that went along. */
async function ask(): Promise<Readonly<Record<string, string>>> {
  let sent: Readonly<Record<string, string>> = {}
  const send = async (headers: Readonly<Record<string, string>>) => {
    sent = { ...headers }
    return 'content of an object'
  }
  await publishRequest(ASKED, send, () => ({ receivedBytes: 4 }))
  return sent
}

t.test('without a provider the trace context of the environment goes on with each request', async (t) => {
  t.equal(hasProvider(), false)
  t.equal(passOnTraceparent({}), undefined)
  t.equal(passOnTraceparent({ TRACEPARENT: 'x\r\nevil: 1' }), undefined, 'not well formed')
  const end = passOnTraceparent({ TRACEPARENT, TRACESTATE: 'a=b' })
  t.same(await ask(), { traceparent: TRACEPARENT, tracestate: 'a=b' })
  end!()
  t.same(await ask(), {})
})

t.test(
  'with one a run, its phases and requests are spans of the trace that the environment names',
  async (t) => {
    const exporter = new InMemorySpanExporter()
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    trace.setGlobalTracerProvider(provider)
    propagation.setGlobalPropagator(new W3CTraceContextPropagator() as TextMapPropagator)
    t.equal(hasProvider(), true)
    const telemetry = startTelemetry({ TRACEPARENT })
    telemetry.take(STARTED)
    telemetry.take({ type: 'progress', unit: 'objects', phase: 'writing', done: 5 } as RunEvent)
    const sent = await ask()
    await t.rejects(
      publishRequest(
        ASKED,
        () => Promise.reject(new Error('away')),
        () => ({ receivedBytes: 0 }),
      ),
    )
    telemetry.take({ type: 'progress', unit: 'objects', phase: 'reading back', done: 5 } as RunEvent)
    const error = { code: 'ELYSIA_UNREACHABLE', message: 'away' } as const
    telemetry.take({ type: 'run_ended', run: 'r', status: 'failed', error })
    telemetry.end()
    const spans = exporter.getFinishedSpans()
    t.same(
      spans.map(({ name }) => name),
      ['Search', 'Search', 'writing', 'reading back', 'elysiactl restore'],
    )
    const [request, failed, writing, , run] = spans
    t.equal(run!.parentSpanContext?.spanId, PARENT)
    t.equal(run!.spanContext().traceId, TRACE)
    t.equal(writing!.parentSpanContext?.spanId, run!.spanContext().spanId)
    t.equal(request!.parentSpanContext?.spanId, writing!.spanContext().spanId)
    t.equal(sent.traceparent, `00-${TRACE}-${request!.spanContext().spanId}-01`)
    t.match(run, {
      attributes: { 'elysiactl.run.id': 'r', 'error.type': 'ELYSIA_UNREACHABLE' },
      status: { code: 2 },
    })
    t.match(request, {
      attributes: { 'server.address': '127.0.0.1', 'server.port': 8080, 'rpc.method': 'Search' },
    })
    t.match(failed, { status: { code: 2 } })
    t.notMatch(JSON.stringify(spans.map(({ attributes, events }) => [attributes, events])), /content/)
  },
)
