import { isIP } from 'node:net'

/** Where a server listens. */
export interface Listen {
  readonly host: string
  readonly port: number
}

const FORM = /^(?:(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<name>[\w.-]{1,253})):)?(?<port>\d{1,5})$/

/** `9464`, `127.0.0.1:9464`, `[::1]:9464`; undefined for what is none. Without a host it is this machine's loopback. */
export function listenOf(text: string): Listen | undefined {
  const { six, name, port } = FORM.exec(text)?.groups ?? {}
  const number = Number(port)
  if (port === undefined || number > 65_535 || (six !== undefined && isIP(six) !== 6)) return undefined
  return { host: six ?? name ?? '127.0.0.1', port: number }
}

/** What is wrong with such a text; undefined where nothing is. */
export function listenFault(text: string): string | undefined {
  return listenOf(text) === undefined ? 'it takes PORT, HOST:PORT or [ADDRESS]:PORT' : undefined
}

/** As it stands in a URL. */
export function listenText({ host, port }: Listen): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
}
