import { DeadlineError, within } from '../../async/deadline.ts'
import { retrying } from '../../async/retry.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { CONTENT_TYPE } from './exposition.ts'
import type { Gateway } from './gateway.ts'

const TRY_MS = 5_000
/** All tries end within so long. */
const TOTAL_MS = 15_000
/** A try that is shorter says nothing of the gateway. */
const SHORTEST_TRY_MS = 50
/** As much of an answer is read as may say why. */
const MOST_ANSWER_BYTES = 1_000

/**
 * Adds metrics to a group of a Pushgateway, by POST: a PUT would remove what others have pushed into it. Three or so tries,
 * 5 s each, 15 s in all, and none after `deadline` (on the clock of `performance`); a redirection is not followed.
 * @throws ElysiaError ELYSIA_UNREACHABLE where no try reached it; ELYSIA_REFUSED for 401 and 403; ELYSIA_STORE for all else
 */
export async function pushMetrics(
  text: string,
  gateway: Gateway,
  { deadline = Number.POSITIVE_INFINITY, signal }: PushOptions = {},
): Promise<void> {
  const ends = Math.min(deadline, performance.now() + TOTAL_MS)
  const left = () => ends - performance.now()
  // A last try may begin when the time of the others is over, and has its own.
  const forMs = Math.max(0, left() - TRY_MS)
  const retry = retrying({ forMs, minMs: 500, maxMs: 4_000, ...(signal && { signal }) })
  await retry(() => {
    const limitMs = Math.max(SHORTEST_TRY_MS, Math.min(TRY_MS, left()))
    return within(limitMs, [signal], (ended) => post(text, gateway, ended)).catch(unreached(gateway, signal))
  })
}

export interface PushOptions {
  readonly deadline?: number
  readonly signal?: AbortSignal
}

/** Node's fetch: a connection that never was, and one that broke, are both worth repeating: a POST of all is idempotent. */
function unreached({ url }: Gateway, signal: AbortSignal | undefined) {
  return (error: unknown): never => {
    if (error instanceof ElysiaError || signal?.aborted) throw error
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined
    throw new ElysiaError('ELYSIA_UNREACHABLE', `no answer from ${url}: ${messageOf(cause ?? error)}`, {
      // What fetch refuses by itself, such as a port of another protocol, has no code, and is no better the next time.
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
