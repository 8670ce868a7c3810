/** Reads the address of a Pushgateway. */
import { ElysiaError } from '../../core/errors.ts'
import { rememberSecrets } from '../../core/secrets.ts'

/** The address without credentials, and the credentials. */
export interface Gateway {
  readonly url: string
  readonly authorization?: string
}

/** What is wrong with the address of a gateway; undefined if nothing is. */
export function gatewayFault(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '')
    return 'it takes http://HOST:PORT or https://HOST:PORT'
  if (url.hash !== '') return 'it takes an address without #'
  return undefined
}

/**
 * This machine's group at a gateway. An address with its own grouping key (`/metrics/job/…`) stays as it is; others get
 * `job` elysiactl and `instance`. From here on no text shows the credentials.
 * @throws ElysiaError ELYSIA_USAGE for an invalid address
 */
export function gatewayOf(address: string, instance: string): Gateway {
  const fault = gatewayFault(address)
  if (fault !== undefined)
    throw new ElysiaError('ELYSIA_USAGE', `${address} is not a Pushgateway`, { hint: fault })
  const url = new URL(address)
  const authorization = authorizationOf(url)
  url.username = ''
  url.password = ''
  if (!url.pathname.includes('/metrics/job')) {
    const above = url.pathname.replace(/\/+$/, '')
    url.pathname = `${above}/metrics/job/elysiactl/instance/${encodeURIComponent(instance)}`
  }
  return { url: url.href, ...(authorization !== undefined && { authorization }) }
}

/** True if an address contains credentials. */
export function hasCredentials(address: string): boolean {
  const url = URL.parse(address)
  return url !== null && (url.username !== '' || url.password !== '')
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const [user, secret] = [username, password].map(decoded)
  const basic = Buffer.from(`${user}:${secret}`).toString('base64')
  rememberSecrets([password, secret, basic])
  return `Basic ${basic}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
