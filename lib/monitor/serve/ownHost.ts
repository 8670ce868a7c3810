import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'

/**
 * True if a request names this server: by the address of its connection, as `localhost`, by this machine's name, or by
 * the name it was told to listen on. A foreign name pointed at this machine (DNS rebinding) is none of these. Ignores
 * the port: a forwarded port differs, and is no danger.
 */
export function isOwnHost({ headers, socket }: IncomingMessage, listenHost: string): boolean {
  const url = headers.host === undefined ? null : URL.parse(`http://${headers.host}`)
  if (url === null || url.pathname !== '/' || url.username !== '' || url.search !== '') return false
  const name = url.hostname.replace(/^\[|\]$/g, '')
  const local = (socket.localAddress ?? '').replace(/^::ffff:/, '')
  if (isIP(name) !== 0) return name === local
  return ['localhost', listenHost, hostname()].some((own) => own.toLowerCase() === name)
}

/**
 * True if the browser says that a page of this very server asks: same scheme, name and port. Without `Origin` the
 * browser says nothing.
 */
export function isOwnOrigin({ headers: { host = '', origin } }: IncomingMessage): boolean {
  return origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`
}
