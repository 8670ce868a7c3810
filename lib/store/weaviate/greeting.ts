import { ElysiaError } from '../../errors.ts'
import { within } from './deadline.ts'
import { allUnreachable, failureOf, lacksRight } from './failure.ts'
import type { Server } from './server.ts'

/** The oldest minor release of version 1 whose gRPC the client speaks. */
const OLDEST_MINOR = 27
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024

export interface Greeting {
  readonly version: string
  readonly maxMessageBytes: number
}

/**
 * Asks every node for its version by REST, and sends an empty batch by gRPC. Nodes that cannot be reached are left
 * for later, as long as one can.
 * @throws ElysiaError of the one node, or ELYSIA_UNREACHABLE naming all; on any other failure of a node that
 */
export async function greet(
  servers: readonly Server[],
  target: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Greeting> {
  const results = await Promise.allSettled(servers.map((server) => greetOne(server, timeoutMs, signal)))
  if (signal?.aborted) {
    for (const server of servers) server.close()
    throw signal.reason
  }
  const greetings = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failures: ElysiaError[] = []
  for (const [index, result] of results.entries()) {
    if (result.status === 'fulfilled') continue
    servers[index]!.failed()
    failures.push(failureOf(result.reason, servers[index]!.http))
  }
  const decisive = failures.find(({ code }) => code !== 'ELYSIA_UNREACHABLE')
  const [first] = greetings
  if (first !== undefined && decisive === undefined) {
    const smallest = Math.min(...greetings.map(({ maxMessageBytes }) => maxMessageBytes))
    return { version: first.version, maxMessageBytes: smallest }
  }
  for (const server of servers) server.close()
  throw decisive ?? allUnreachable(target, failures)
}

async function greetOne(server: Server, timeoutMs: number, end?: AbortSignal): Promise<Greeting> {
  const opening = server.wire()
  opening.catch(() => undefined)
  const { version, maxMessageBytes = MAX_MESSAGE_BYTES } = await server.meta(end)
  checkVersion(server.http, version)
  const wire = await opening
  try {
    // A batch of nothing writes nothing, and is answered at once; a search for a class that is not there is not.
    await within(timeoutMs, [end], (signal) => wire.batchObjects([], signal))
  } catch (thrown) {
    judge(failureOf(thrown, server.grpc), server)
  }
  // A twentieth is kept free for what the estimate of a message's size leaves out.
  return { version, maxMessageBytes: Math.floor(0.95 * Math.min(maxMessageBytes, MAX_MESSAGE_BYTES)) }
}

/** Any answer of the service will do, also that the key may not look; but not that the key is unknown. */
function judge(failure: ElysiaError, server: Server): void {
  if (failure.code === 'ELYSIA_REFUSED' && !lacksRight(failure)) throw failure
  if (failure.code !== 'ELYSIA_UNREACHABLE') return
  throw new ElysiaError('ELYSIA_UNREACHABLE', `the gRPC side of ${server.http}: ${failure.message}`, {
    cause: failure,
    retryable: failure.retryable,
    hint: failure.hint ?? `is gRPC open at ${server.grpc}? Name it with ?grpc=HOST:PORT behind the URL`,
  })
}

function checkVersion(http: string, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  if (major > 1 || (major === 1 && minor >= OLDEST_MINOR)) return
  throw new ElysiaError(
    'ELYSIA_STORE',
    `${http} is Weaviate ${version}: 1.${OLDEST_MINOR} or newer is needed`,
    {
      hint: 'upgrade the server',
    },
  )
}
