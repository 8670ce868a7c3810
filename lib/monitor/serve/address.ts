import { isIP } from 'node:net'
import { ElysiaError } from '../../core/errors.ts'

/** An address to listen on. `host` has no brackets. */
export interface Address {
  readonly host: string
  readonly port: number
}

const FORM =
  'it takes HOST:PORT, such as 127.0.0.1:8090 or [::1]:8090, or the port alone; port 0 is any that is free'

/**
 * Parses `8090`, `127.0.0.1:8090` or `[::1]:8090`; without a host it means this machine’s loopback.
 * @throws ElysiaError ELYSIA_USAGE
 */
export function addressOf(text: string, flag: string): Address {
  const address = parseAddress(text)
  if (address !== undefined) return address
  throw new ElysiaError('ELYSIA_USAGE', `${flag} ${text} is not valid`, { hint: FORM })
}

/** What is wrong with the text of an address; undefined if nothing is. */
export function addressFault(text: string): string | undefined {
  return parseAddress(text) === undefined ? FORM : undefined
}

/** True if only this machine can reach it. */
export function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** The address as a URL and the header `Host` write it. */
export function hostText({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

/** The address to open: for one that listens everywhere, this machine. */
export function linkAddress(address: Address): Address {
  const isEvery = address.host === '0.0.0.0' || address.host === '::'
  return isEvery ? { host: '127.0.0.1', port: address.port } : address
}

function parseAddress(text: string): Address | undefined {
  const { six, name, digits } =
    /^(?:(?:\[(?<six>[^\]]+)\]|(?<name>[\w.-]{1,253})):)?(?<digits>\d{1,5})$/.exec(text)?.groups ?? {}
  const port = Number(digits)
  if (digits === undefined || port > 65_535) return undefined
  if (six !== undefined && isIP(six) !== 6) return undefined
  return { host: (six ?? name ?? '127.0.0.1').toLowerCase(), port }
}
