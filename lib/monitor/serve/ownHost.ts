import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'

/**
 * True where a request names this server: by the address that its connection came to, as `localhost`, by the name of this machine,
 * or by the one that it was told to listen on. Another page's name that was pointed at this machine (DNS rebinding) is none of
 * these. The port is left out of account: one that was forwarded is another one, and no danger.
 */
export function isOwnHost({ headers, socket }: IncomingMessage, listenHost: string): boolean {
  const url = headers.host === undefined ? null : URL.parse(`http://${headers.host}`)
  if (url === null || url.pathname !== '/' || url.username !== '' || url.search !== '') return false
  const name = url.hostname.replace(/^\[|\]$/g, '')
  const local = (socket.localAddress ?? '').replace(/^::ffff:/, '')
  if (isIP(name) !== 0) return name === local
  return ['localhost', listenHost, hostname()].some((own) => own.toLowerCase() === name)
}

/** True where a page of this very server asks, as the browser says: by scheme, name and port. Without `Origin` nobody says. */
export function isOwnOrigin({ headers: { host = '', origin } }: IncomingMessage): boolean {
  return origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`
}
