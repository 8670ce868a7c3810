import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type Address, hostText, linkAddress } from '../../serve/address.ts'
import { isOwnHost, isOwnOrigin } from '../../serve/ownHost.ts'

/** The decision on a request: allow it, let it in with a cookie, or refuse it. */
export type AccessDecision =
  | { readonly is: 'allowed' }
  | { readonly is: 'let_in'; readonly cookie: string; readonly redirects: boolean }
  | { readonly is: 'refused'; readonly status: 400 | 401 | 403 | 405; readonly why: string }

/** Decides who may see the page: anyone with the link, from the page itself. */
export interface Access {
  /** The link to open; it contains the secret. */
  readonly link: string
  decide(request: IncomingMessage): AccessDecision
}

const OPEN_LINK = 'open the link that `elysiactl dashboard` printed when it began'

/**
 * Guards a server that listens at an address. The link contains a random token of 256 bits, which a browser needs once:
 * it gets a cookie with another secret in return. The cookie is HttpOnly and SameSite=Strict, and its name contains the
 * port, because cookies ignore ports.
 */
export function guardAccess(address: Address): Access {
  const token = secret()
  const session = secret()
  const name = `elysiactl_${address.port}`
  const cookie = `${name}=${session}; HttpOnly; SameSite=Strict; Path=/`
  return {
    link: `http://${hostText(linkAddress(address))}/?token=${token}`,
    decide(request) {
      const refusal = refuseForeign(request, address.host)
      if (refusal !== undefined) return refusal
      const requestToken = tokenOf(request)
      if (requestToken !== undefined && equal(requestToken, token)) {
        return { is: 'let_in', cookie, redirects: !crossSite(request) }
      }
      if (crossSite(request)) return refused(403, 'this request comes from another site')
      const has = cookiesOf(request, name).some((value) => equal(value, session))
      return has ? { is: 'allowed' } : refused(401, `this page is for whoever has its link: ${OPEN_LINK}`)
    },
  }
}

/** Refuses requests that nobody may make. */
function refuseForeign(request: IncomingMessage, host: string): AccessDecision | undefined {
  const { method, headersDistinct } = request
  if (method !== 'GET' && method !== 'HEAD') return refused(405, 'this page is only for reading')
  if ((headersDistinct.host ?? []).length > 1) return refused(400, 'a request names one host')
  if (!isOwnHost(request, host)) {
    return refused(403, `this server has another name than the one asked for: ${OPEN_LINK}`)
  }
  return isOwnOrigin(request) ? undefined : refused(403, 'this request comes from another origin')
}

/** Browsers say where a request comes from; `none` means a typed address, or a link that a program opened. */
function crossSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}

function tokenOf({ url = '' }: IncomingMessage): string | undefined {
  const [path, query = ''] = url.split('?', 2)
  if (path !== '/') return undefined
  return new URLSearchParams(query).get('token') ?? undefined
}

function cookiesOf({ headers }: IncomingMessage, name: string): string[] {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1))
}

function refused(status: 400 | 401 | 403 | 405, why: string): AccessDecision {
  return { is: 'refused', status, why }
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares in constant time. */
function equal(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
