import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { type Address, hostText } from './address.ts'

/** What is served, for a person, and the flag that says where. */
export interface ServedAs {
  readonly what: string
  readonly flag: string
}

/** Why an address cannot be had, and what to do; by the code of the system. */
const LACKS: Readonly<Record<string, readonly [why: string, next: string]>> = {
  EADDRINUSE: ['another program listens on ADDRESS', 'another port, or 127.0.0.1:0 for any that is free'],
  EACCES: ['this user may not listen on ADDRESS', 'a port from 1024 on'],
  EADDRNOTAVAIL: ['ADDRESS is no address of this machine', 'one that it has, such as 127.0.0.1:0'],
  ENOTFOUND: ['ADDRESS is no address that is known', 'one of this machine, such as 127.0.0.1:0'],
}

/** Listens there; resolves with the address, with the port that it has where 0 was asked for. @throws ElysiaError ELYSIA_STATE */
export async function listening(server: Server, address: Address, served: ServedAs): Promise<Address> {
  try {
    server.listen({ host: address.host, port: address.port })
    await once(server, 'listening')
    // A connection that could not be taken, as for want of descriptors, is no reason to end the command.
    server.on('error', () => {})
    return { host: address.host, port: (server.address() as AddressInfo).port }
  } catch (error) {
    throw notListening(address, served, error)
  }
}

function notListening(address: Address, { what, flag }: ServedAs, cause: unknown): ElysiaError {
  const text = hostText(address)
  const { code = '' } = cause as NodeJS.ErrnoException
  const [why, next] = LACKS[code] ?? [`ADDRESS cannot be listened on: ${messageOf(cause)}`, 'another address']
  return new ElysiaError('ELYSIA_STATE', `${what} cannot be served: ${why.replace('ADDRESS', () => text)}`, {
    cause,
    hint: `nothing was begun; give ${flag} ${next}`,
  })
}
