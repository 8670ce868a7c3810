import {
  type EndedRequest,
  REQUEST_ENDED,
  REQUEST_STARTED,
  type ServerRequest,
} from '../../core/channel/requests.ts'
import type { RunEvent } from '../../run/event/schema.ts'
import { TOOL } from '../../run/tool.ts'
import {
  type Context,
  context,
  metrics,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from './telemetryApi.ts'

/** Reports runs to the OpenTelemetry provider that the user registered. */
export interface Telemetry {
  /** Takes an event of a run. */
  take(event: RunEvent): void
  /** Ends all open spans. */
  end(): void
}

/**
 * Makes spans for runs, their phases and requests, below the context of `TRACEPARENT`, which is passed on with each
 * request; also figures. Names follow the semantic conventions; contains nothing from records or answers.
 */
export function startTelemetry(env: Readonly<Record<string, string | undefined>>): Telemetry {
  return new Spans(parentOf(env))
}

function parentOf({
  TRACEPARENT: traceparent,
  TRACESTATE: tracestate,
}: Readonly<Record<string, string | undefined>>) {
  return propagation.extract(context.active(), {
    ...(traceparent && { traceparent }),
    ...(tracestate && { tracestate }),
  })
}

class Spans implements Telemetry {
  readonly #parent: Context
  readonly #tracer = trace.getTracer('elysiactl', TOOL.version)
  readonly #requests = new Map<ServerRequest, Span>()
  readonly #records
  readonly #retries
  #run: Span | undefined
  #phase: { readonly name: string; readonly span: Span } | undefined
  #settled = 0

  constructor(parent: Context) {
    this.#parent = parent
    const meter = metrics.getMeter('elysiactl', TOOL.version)
    this.#records = meter.createCounter('elysiactl.records', { unit: '{record}' })
    this.#retries = meter.createCounter('elysiactl.retries', { unit: '{call}' })
    REQUEST_STARTED.subscribe(this.#onStart)
    REQUEST_ENDED.subscribe(this.#onEnd)
  }

  take(event: RunEvent): void {
    if (event.type === 'run_started') this.#begin(event)
    else if (event.type === 'run_ended') this.#end(event)
    else if (event.type === 'progress') this.#enter(event.phase, event.done)
    else if (event.type === 'records_settled') this.#count(event.records)
    else if (event.type === 'retry') this.#retries.add(1)
    else if (event.type === 'stalled')
      this.#run?.addEvent('stalled', { 'elysiactl.waits_for': event.waits_for })
  }

  end(): void {
    REQUEST_STARTED.unsubscribe(this.#onStart)
    REQUEST_ENDED.unsubscribe(this.#onEnd)
    for (const span of this.#requests.values()) span.end()
    this.#leave()
    this.#run?.end()
    this.#run = undefined
  }

  #begin({ run, kind, target }: Extract<RunEvent, { readonly type: 'run_started' }>): void {
    this.#leave()
    this.#run?.end()
    this.#settled = 0
    const attributes = { 'elysiactl.run.id': run, 'elysiactl.run.kind': kind, 'elysiactl.target': target }
    this.#run = this.#tracer.startSpan(`elysiactl ${kind}`, { attributes }, this.#parent)
  }

  #end({ status, error }: Extract<RunEvent, { readonly type: 'run_ended' }>): void {
    this.#leave()
    this.#run?.setAttribute('elysiactl.run.status', status)
    if (status === 'failed') {
      this.#run?.setAttribute('error.type', error?.code ?? '_OTHER')
      this.#run?.setStatus({ code: SpanStatusCode.ERROR, ...(error && { message: error.message }) })
    }
    this.#run?.end()
    this.#run = undefined
  }

  #enter(phase: string | undefined, done: number): void {
    if (phase !== this.#phase?.name) {
      this.#leave()
      this.#settled = 0
      if (phase !== undefined) {
        const span = this.#tracer.startSpan(phase, {}, this.#within(this.#run))
        this.#phase = { name: phase, span }
      }
    }
    this.#count(done)
  }

  #leave(): void {
    this.#phase?.span.end()
    this.#phase = undefined
  }

  #count(done: number): void {
    if (done > this.#settled) this.#records.add(done - this.#settled)
    this.#settled = done
  }

  #within(span: Span | undefined): Context {
    return span === undefined ? this.#parent : trace.setSpan(this.#parent, span)
  }

  readonly #onStart = (message: unknown): void => {
    const request = message as ServerRequest
    const { server, protocol, name } = request
    const [address = '', port] = split(server)
    const attributes = {
      'server.address': address,
      ...(port !== undefined && { 'server.port': port }),
      'rpc.system': protocol === 'grpc' ? 'grpc' : 'http',
      'rpc.method': name,
    }
    const within = this.#within(this.#phase?.span ?? this.#run)
    const span = this.#tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, within)
    this.#requests.set(request, span)
    propagation.inject(trace.setSpan(within, span), request.headers)
  }

  readonly #onEnd = (message: unknown): void => {
    const { request, status, error } = message as EndedRequest
    const span = this.#requests.get(request)
    if (span === undefined) return
    this.#requests.delete(request)
    if (status !== undefined) span.setAttribute('http.response.status_code', status)
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }
}

/** Splits `HOST:PORT`, IPv6 addresses included. */
function split(server: string): [string] | [string, number] {
  const [, address, port] = /^(.*):(\d+)$/.exec(server) ?? []
  return address === undefined ? [server] : [address, Number(port)]
}
