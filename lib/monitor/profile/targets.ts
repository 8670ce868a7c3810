import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { type EndedRequest, REQUEST_ENDED } from '../../core/channel/requests.ts'
import type { TargetProfile } from './schema.ts'

interface ServerFigures {
  requests: number
  failed: number
  refused: number
  sentBytes: number
  receivedBytes: number
  /** In microseconds: the histogram takes whole numbers. */
  readonly latency: RecordableHistogram
}

/** From this HTTP status on, the server refused. */
const REFUSED = 400

/** The answer times of each server. Memory: a histogram of fixed size for each. */
export class TargetMeter {
  readonly #servers = new Map<string, ServerFigures>()

  constructor() {
    REQUEST_ENDED.subscribe(this.#end)
  }

  close(): void {
    REQUEST_ENDED.unsubscribe(this.#end)
  }

  profiles(): TargetProfile[] {
    return [...this.#servers].map(([server, { latency, sentBytes, receivedBytes, ...counts }]) => ({
      server,
      ...counts,
      sent_bytes: sentBytes,
      received_bytes: receivedBytes,
      latency_ms: {
        p50: latency.percentile(50) / 1000,
        p90: latency.percentile(90) / 1000,
        p99: latency.percentile(99) / 1000,
        max: latency.max / 1000,
      },
    }))
  }

  readonly #end = (message: unknown): void => {
    const { request, milliseconds, sentBytes, receivedBytes, status = 0, error } = message as EndedRequest
    const figures = this.#of(request.server)
    figures.requests += 1
    if (error !== undefined) figures.failed += 1
    if (status >= REFUSED) figures.refused += 1
    figures.sentBytes += sentBytes
    figures.receivedBytes += receivedBytes
    figures.latency.record(Math.max(1, Math.round(milliseconds * 1000)))
  }

  #of(server: string): ServerFigures {
    let figures = this.#servers.get(server)
    if (figures === undefined) {
      const none = { requests: 0, failed: 0, refused: 0, sentBytes: 0, receivedBytes: 0 }
      figures = { ...none, latency: createHistogram() }
      this.#servers.set(server, figures)
    }
    return figures
  }
}
