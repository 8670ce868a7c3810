import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** Sends a request exactly as it is written, so that no client mends it, and reads all that comes until the end. */
export async function rawRequest(port: number, lines: readonly string[]): Promise<Answer> {
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  socket.write(`${[...lines, 'Connection: close', '', ''].join('\r\n')}`)
  const [head = '', ...body] = (await text(socket)).split('\r\n\r\n')
  const [first = '', ...fields] = head.split('\r\n')
  return {
    status: Number(first.split(' ')[1]),
    headers: new Map(
      fields.map((field) => [
        field.slice(0, field.indexOf(':')).toLowerCase(),
        field.slice(field.indexOf(':') + 2),
      ]),
    ),
    body: body.join('\r\n\r\n'),
  }
}
