import { callHttp, type Endpoint, placeOf, urlBelow } from './http.ts'
import type { Ping, RunPing } from './sink.ts'

const MOST_TEXT_CHARACTERS = 10_000

/** healthchecks.io, or your own server: `/start`, then `/EXIT`, with the run as `rid`; the server keeps the body. */
export function healthchecks(name: string, endpoint: Endpoint): Ping {
  return {
    name,
    place: placeOf(endpoint.url),
    ping: ({ phase, rid, exitCode = 1, earned, summary }, { signal }) => {
      // A success that was not earned must not look like one: any number but 0 is a failure.
      const code = earned === true ? 0 : exitCode === 0 ? 1 : exitCode
      const url = urlBelow(endpoint.url, phase === 'start' ? '/start' : `/${code}`)
      url.searchParams.set('rid', rid)
      return callHttp(
        { ...endpoint, url },
        { method: 'POST', body: summary.slice(0, MOST_TEXT_CHARACTERS), contentType: 'text/plain', signal },
      )
    },
  }
}

/** A push monitor of Uptime Kuma: up, or down with the reason. It is told only of ends. */
export function uptimeKuma(name: string, endpoint: Endpoint): Ping {
  return {
    name,
    place: placeOf(endpoint.url),
    ping: async ({ phase, earned, summary, seconds }, { signal }) => {
      if (phase === 'start') return undefined
      const url = new URL(endpoint.url)
      url.searchParams.set('status', earned === true ? 'up' : 'down')
      url.searchParams.set('msg', summary.slice(0, 250))
      url.searchParams.set('ping', String(Math.round((seconds ?? 0) * 1000)))
      return callHttp({ ...endpoint, url }, { method: 'GET', signal })
    },
  }
}

/** An address that is called only when a run has earned it. */
export function plainPing(name: string, endpoint: Endpoint): Ping {
  return {
    name,
    place: placeOf(endpoint.url),
    ping: async ({ phase, earned }: RunPing, { signal }) =>
      phase === 'end' && earned === true ? callHttp(endpoint, { method: 'GET', signal }) : undefined,
  }
}
