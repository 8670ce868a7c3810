import { setTimeout as sleep } from 'node:timers/promises'
import { withDeadline } from '../../../async/deadline.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { byAge, isAtLeastMinor } from '../../../core/value/version.ts'
import { OLDEST_MINOR } from './capabilities.ts'
import { allUnreachable, failureOf, isOtherProtocol, lacksRight } from './failure.ts'
import type { NodeConnection } from './node.ts'
import { ASKS_FOR_CERTIFICATE } from './tlsHint.ts'

const MAX_MESSAGE_BYTES = 100 * 1024 * 1024
/**
 * How long to try an unreachable gRPC port while REST says that the server is ready: a server that shuts down closes it
 * first. After that the port must be wrong.
 */
const KNOCKING_MS = 2_500
const KNOCK_MS = 500

interface Handshake {
  /** The oldest of all nodes that answered. */
  readonly version: string
  readonly maxMessageBytes: number
}

/**
 * Asks every node for its version by REST, and sends an empty batch by gRPC. Unreachable nodes are left for later, as
 * long as one can be reached.
 * @throws ElysiaError of the only node, or ELYSIA_UNREACHABLE naming all; on any other failure of a node, that one
 */
export async function handshake(
  servers: readonly NodeConnection[],
  target: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Handshake> {
  const results = await Promise.allSettled(servers.map((server) => handshakeWith(server, timeoutMs, signal)))
  if (signal?.aborted) {
    for (const server of servers) server.close()
    throw signal.reason
  }
  const handshakes = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failures: ElysiaError[] = []
  for (const [index, result] of results.entries()) {
    if (result.status === 'fulfilled') continue
    servers[index]!.failed()
    failures.push(failureOf(result.reason, servers[index]!.http))
  }
  const decisive = failures.find(({ code }) => code !== 'ELYSIA_UNREACHABLE')
  const [first] = handshakes
  if (first !== undefined && decisive === undefined) {
    const smallest = Math.min(...handshakes.map(({ maxMessageBytes }) => maxMessageBytes))
    const [version = first.version] = handshakes.map((one) => one.version).sort(byAge)
    return { version, maxMessageBytes: smallest }
  }
  for (const server of servers) server.close()
  throw decisive ?? allUnreachable(target, failures)
}

async function handshakeWith(
  server: NodeConnection,
  timeoutMs: number,
  end?: AbortSignal,
): Promise<Handshake> {
  // Both sides at once: a distant server takes long for each. What is said by REST counts first.
  const knocking = knock(server, timeoutMs, end)
  knocking.catch(() => undefined)
  const { version, maxMessageBytes = MAX_MESSAGE_BYTES } = await server.meta(end)
  checkVersion(server.http, version)
  await knocking
  // Keeps a twentieth free for what the estimate of a message's size leaves out.
  return { version, maxMessageBytes: Math.floor(0.95 * Math.min(maxMessageBytes, MAX_MESSAGE_BYTES)) }
}

/** Waits for an answer on the gRPC side. @throws ElysiaError, final if the rest of the server is ready meanwhile */
async function knock(server: NodeConnection, timeoutMs: number, end?: AbortSignal): Promise<void> {
  const since = performance.now()
  for (;;) {
    const failure = await spoken(server, timeoutMs, end)
    if (failure === undefined) return
    await server.requireReady(end)
    const over = performance.now() - since > KNOCKING_MS
    if (over || !failure.retryable) throw grpcClosed(failure, server, isOtherProtocol(failure))
    server.close()
    await sleep(KNOCK_MS, undefined, end && { signal: end })
  }
}

/** Why the service does not answer; undefined if it does. */
async function spoken(
  server: NodeConnection,
  timeoutMs: number,
  end?: AbortSignal,
): Promise<ElysiaError | undefined> {
  try {
    // An empty batch writes nothing and is answered at once; a search for a missing class is not.
    await withDeadline(timeoutMs, [end], async (signal) =>
      (await server.grpcClient()).batchObjects([], signal),
    )
    return undefined
  } catch (thrown) {
    return judged(failureOf(thrown, server.grpc))
  }
}

/** Any answer of the service will do, even that the key lacks rights; but not that the key is unknown. */
function judged(failure: ElysiaError): ElysiaError | undefined {
  if (failure.code === 'ELYSIA_REFUSED' && !lacksRight(failure)) throw failure
  return failure.code === 'ELYSIA_UNREACHABLE' ? failure : undefined
}

function grpcClosed(failure: ElysiaError, server: NodeConnection, other: boolean): ElysiaError {
  const message = `the gRPC side of ${server.http}, which is ready: ${failure.message}`
  const open = `is gRPC open at ${server.grpc}? Name it with ?grpc=HOST:PORT behind the URL`
  // The library often tells nothing else of a server that ended the connection.
  const isEnded = server.grpcSecure && /No connection established|ECONNRESET/.test(failure.message)
  const isClosed = /ECONNREFUSED/.test(failure.message)
  const hint = isEnded && !isClosed ? `${open}; ${ASKS_FOR_CERTIFICATE}` : open
  return new ElysiaError('ELYSIA_UNREACHABLE', message, {
    cause: failure,
    hint: other ? hint : (failure.hint ?? hint),
  })
}

function checkVersion(http: string, version: string): void {
  if (isAtLeastMinor(version, OLDEST_MINOR)) return
  throw new ElysiaError(
    'ELYSIA_STORE',
    `${http} is Weaviate ${version}: 1.${OLDEST_MINOR} or newer is needed`,
    {
      hint: 'upgrade the server',
    },
  )
}
