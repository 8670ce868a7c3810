import { DeadlineError, withDeadline } from '../../async/deadline.ts'
import { retrying } from '../../async/retry.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { CONTENT_TYPE } from './exposition.ts'
import type { Gateway } from './gateway.ts'

const TRY_MS = 5_000
/** All attempts end within this time. */
const TOTAL_MS = 15_000
/** A shorter attempt says nothing about the gateway. */
const SHORTEST_TRY_MS = 50
/** How much of an answer is read, enough to say why. */
const MOST_ANSWER_BYTES = 1_000

/**
 * Adds metrics to a group of a Pushgateway with POST: a PUT would remove what others pushed. About three attempts, 5 s
 * each, 15 s in all, and none after `deadline` (on the clock of `performance`); follows no redirect.
 * @throws ElysiaError ELYSIA_UNREACHABLE if no attempt reached it; ELYSIA_REFUSED for 401 and 403; ELYSIA_STATE for
 * everything else
 */
export async function pushMetrics(
  text: string,
  gateway: Gateway,
  { deadline = Number.POSITIVE_INFINITY, signal }: PushOptions = {},
): Promise<void> {
  const ends = Math.min(deadline, performance.now() + TOTAL_MS)
  const left = () => ends - performance.now()
  // A last attempt may begin when the others' time is over, and has its own time.
  const forMs = Math.max(0, left() - TRY_MS)
  const retry = retrying({ forMs, minMs: 500, maxMs: 4_000, ...(signal && { signal }) })
  await retry(() => {
    const limitMs = Math.max(SHORTEST_TRY_MS, Math.min(TRY_MS, left()))
    return withDeadline(limitMs, [signal], (ended) => post(text, gateway, ended)).catch(
      unreached(gateway, signal),
    )
  })
}

interface PushOptions {
  readonly deadline?: number
  readonly signal?: AbortSignal
}

/** Repeating is safe for a failed or broken connection, because this POST is idempotent. */
function unreached({ url }: Gateway, signal: AbortSignal | undefined) {
  return (error: unknown): never => {
    if (error instanceof ElysiaError || signal?.aborted) throw error
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined
    throw new ElysiaError('ELYSIA_UNREACHABLE', `no answer from ${url}: ${messageOf(cause ?? error)}`, {
      // What fetch itself refuses, such as a port of another protocol, has no code and will not improve.
      retryable: error instanceof DeadlineError || cause?.code !== undefined,
      cause: error,
    })
  }
}

async function post(body: string, { url, authorization }: Gateway, signal: AbortSignal): Promise<void> {
  const headers = {
    'content-type': CONTENT_TYPE,
    ...(authorization !== undefined && { authorization }),
  }
  const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal })
  const answer = await beginning(response)
  if (response.ok) return
  const { status } = response
  const code = status === 401 || status === 403 ? 'ELYSIA_REFUSED' : 'ELYSIA_STORE'
  throw new ElysiaError(code, `${url} answered ${status}${answer === '' ? '' : `: ${answer}`}`, {
    retryable: status === 429 || status >= 500,
  })
}

async function beginning({ body }: Response): Promise<string> {
  if (body === null) return ''
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    pieces.push(piece)
    bytes += piece.byteLength
    if (bytes >= MOST_ANSWER_BYTES) break
  }
  return Buffer.concat(pieces).toString('utf8', 0, MOST_ANSWER_BYTES).trim()
}
