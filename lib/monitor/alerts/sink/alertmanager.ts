import type { AlertMessage } from '../messageSchema.ts'
import { callHttp, type Endpoint, placeOf, urlBelow } from './http.ts'
import type { Sink } from './sink.ts'

/** Prometheus Alertmanager, by its API v2: it groups, silences and forwards alerts. */
export function alertmanager(name: string, endpoint: Endpoint): Sink {
  const alerts = { ...endpoint, url: urlBelow(endpoint.url, '/api/v2/alerts') }
  return {
    name,
    place: placeOf(endpoint.url),
    send: (message, { signal }) =>
      callHttp(alerts, { method: 'POST', body: JSON.stringify([alertOf(message)]), signal }),
  }
}

/**
 * Alertmanager identifies an alert by its labels, so they are the same when it begins, is repeated and ends. It ends an
 * alert after five minutes without news: `endsAt` says how long to keep it.
 */
function alertOf(message: AlertMessage) {
  const { status, alert, severity, kind, collection, target, detail, host, summary, run, error, next } =
    message
  const labels = {
    alertname: `elysiactl_${alert}`,
    severity,
    kind,
    collection,
    target,
    detail,
    instance: host,
  }
  const annotations = { summary, run, next, ...(error && { error: `${error.code}: ${error.message}` }) }
  return {
    labels: filled(labels),
    annotations: filled(annotations),
    startsAt: status === 'test' ? message.at : message.since,
    endsAt: message.ends_at,
  }
}

/** A label without a value does not exist. */
function filled(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const some = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return Object.fromEntries(some)
}
