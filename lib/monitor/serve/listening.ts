import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { type Address, hostText } from './address.ts'

/** A name for what is served, and the flag that sets the address. */
export interface ListenLabel {
  readonly what: string
  readonly flag: string
}

/** Why an address is not available, and what to do; by system error code. */
const LACKS: Readonly<Record<string, readonly [why: string, next: string]>> = {
  EADDRINUSE: ['another program listens on ADDRESS', 'another port, or 127.0.0.1:0 for any that is free'],
  EACCES: ['this user may not listen on ADDRESS', 'a port from 1024 on'],
  EADDRNOTAVAIL: ['ADDRESS is not an address of this machine', 'one that it has, such as 127.0.0.1:0'],
  ENOTFOUND: ['ADDRESS is not a known address', 'one of this machine, such as 127.0.0.1:0'],
}

/**
 * Starts to listen; resolves with the address, with the actual port if 0 was asked for.
 * @throws ElysiaError ELYSIA_STATE
 */
export async function startListening(
  server: Server,
  address: Address,
  served: ListenLabel,
): Promise<Address> {
  try {
    server.listen({ host: address.host, port: address.port })
    await once(server, 'listening')
    // A connection that could not be accepted, for example for lack of descriptors, must not end the command.
    server.on('error', () => {})
    return { host: address.host, port: (server.address() as AddressInfo).port }
  } catch (error) {
    throw notListening(address, served, error)
  }
}

function notListening(address: Address, { what, flag }: ListenLabel, cause: unknown): ElysiaError {
  const text = hostText(address)
  const { code = '' } = cause as NodeJS.ErrnoException
  const [why, next] = LACKS[code] ?? [`ADDRESS cannot be listened on: ${messageOf(cause)}`, 'another address']
  return new ElysiaError('ELYSIA_STATE', `${what} cannot be served: ${why.replace('ADDRESS', () => text)}`, {
    cause,
    hint: `nothing was started; give ${flag} ${next}`,
  })
}
