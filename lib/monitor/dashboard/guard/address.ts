import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { ElysiaError } from '../../../core/errors.ts'

/** Where a server listens. `host` is without brackets. */
export interface Address {
  readonly host: string
  readonly port: number
}

const FORM = 'it takes HOST:PORT, such as 127.0.0.1:8090 or [::1]:8090; port 0 is any that is free'

/** Parses `HOST:PORT`. @throws ElysiaError ELYSIA_USAGE */
export function addressOf(text: string): Address {
  const address = read(text)
  if (address !== undefined) return address
  throw new ElysiaError('ELYSIA_USAGE', `--listen ${text} is not valid`, { hint: FORM })
}

/** What is wrong with the text of an address; undefined if nothing is. */
export function listenLack(text: string): string | undefined {
  return read(text) === undefined ? FORM : undefined
}

/** True where nobody but this machine reaches it. */
export function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** True where it listens on every address of the machine. */
function isEvery({ host }: Address): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** As a URL and the header `Host` write it. */
export function hostText({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

/** The address to open: of one that listens everywhere, this machine. */
export function linkAddress(address: Address): Address {
  return isEvery(address) ? { host: '127.0.0.1', port: address.port } : address
}

/**
 * The values of `Host` that are the server's own, in lower case. A page of someone else's whose name leads to this machine
 * (DNS rebinding) sends its own name.
 */
export function ownHosts(address: Address): ReadonlySet<string> {
  const { port } = address
  const loopback = ['127.0.0.1', 'localhost', '::1']
  const hosts = isEvery(address)
    ? [...loopback, hostname(), ...machineAddresses()]
    : [address.host, ...(isLoopback(address) ? loopback : [])]
  const texts = hosts.map((host) => hostText({ host, port }).toLowerCase())
  // Browsers leave out the port that http has anyway.
  return new Set(port === 80 ? [...texts, ...texts.map((text) => text.replace(/:80$/, ''))] : texts)
}

function machineAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address))
}

function read(text: string): Address | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host === undefined || port > 65_535) return undefined
  if (bracketed !== undefined && isIP(bracketed) !== 6) return undefined
  return { host: host.toLowerCase(), port }
}
