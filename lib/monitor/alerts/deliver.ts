import { withDeadline } from '../../async/deadline.ts'
import { retrying } from '../../async/retry.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { SqliteDatabase } from '../../database/connection.ts'
import type { AlertMessage } from './messageSchema.ts'
import type { Sink } from './sink/sink.ts'
import { claimSink, recordDelivery, releaseClaim, renewClaim, type SinkClaim } from './state/outbox.ts'

/** Time limits for sending. */
export interface Limits {
  /** One attempt. 5 s. */
  readonly tryMs: number
  readonly tries: number
  /** All attempts to all sinks together. 20 s. */
  readonly totalMs: number
}

/** The default limits: a message must not keep a command from ending. */
export const LIMITS: Limits = { tryMs: 5000, tries: 3, totalMs: 20_000 }

/** How one sink handled its waiting messages. */
export interface Delivery {
  readonly sink: string
  readonly sent: number
  /** The sink's answer to the last message that it took. */
  readonly answer?: string
  /** Why the sink did not take the next message, which is kept. */
  readonly error?: string
}

/** Opens a sink by its name. @throws ElysiaError if its address is missing */
export type OpenSink = (name: string) => Promise<Sink>

/**
 * Sends the waiting messages to all these sinks at once, and to each sink in the order in which they were made. A
 * message that a sink does not take is kept for the next command. Ends within `totalMs`, or with the signal. Never
 * throws because of a sink.
 * @throws ElysiaError ELYSIA_LOCKED, ELYSIA_STORE of the database
 */
export async function deliverMessages(
  database: SqliteDatabase,
  sinks: readonly string[],
  open: OpenSink,
  {
    limits = LIMITS,
    deadline: until = Number.POSITIVE_INFINITY,
    signal,
    now = Date.now,
  }: DeliverOptions = {},
): Promise<Delivery[]> {
  const deadline = Math.min(until, performance.now() + limits.totalMs)
  const all = sinks.map(async (name): Promise<Delivery[]> => {
    const deliveries: Delivery[] = []
    for (;;) {
      const claimed = claimSink(database, name, now())
      if (claimed === undefined) return deliveries
      const delivery = await deliverTo(database, claimed, open, { limits, signal, now, deadline })
      deliveries.push(delivery)
      // This process also sends what another one added meanwhile.
      if (delivery.error !== undefined || delivery.sent === 0) return deliveries
    }
  })
  return (await Promise.all(all)).flat()
}

interface DeliverOptions {
  readonly limits?: Limits
  /** When to give up at the latest, on the clock of `performance`. */
  readonly deadline?: number
  readonly signal?: AbortSignal | undefined
  readonly now?: () => number
}

interface SendContext extends Required<Pick<DeliverOptions, 'limits' | 'now'>> {
  readonly signal: AbortSignal | undefined
  /** On the clock of `performance`. */
  readonly deadline: number
}

async function deliverTo(
  database: SqliteDatabase,
  claimed: SinkClaim,
  open: OpenSink,
  sending: SendContext,
): Promise<Delivery> {
  const { sink: name } = claimed
  let sent = 0
  let answer: string | undefined
  try {
    const sink = await open(name)
    for (const { number, message } of claimed.waiting) {
      if (!renewClaim(database, claimed, sending.now())) break
      answer = await sendOne(sink, message, sending, claimed.rounds === 0)
      recordDelivery(database, claimed, number)
      sent += 1
    }
    releaseClaim(database, claimed, sending.now())
  } catch (error) {
    const failure = failureOf(error)
    // If the command was told to stop at once, the failure says nothing about the sink.
    releaseClaim(database, claimed, sending.now(), sending.signal?.aborted === true ? undefined : failure)
    return { sink: name, sent, ...(answer !== undefined && { answer }), error: failure.error }
  }
  return { sink: name, sent, ...(answer !== undefined && { answer }) }
}

/** A sink that failed in the last command gets one attempt: otherwise each command would wait for it. */
function sendOne(sink: Sink, message: AlertMessage, sending: SendContext, isWell: boolean): Promise<string> {
  return sendTo((call) => sink.send(message, call), sink.place, sending, isWell ? sending.limits.tries : 1)
}

/**
 * Calls until it succeeds: at most `tries` times, each no longer than `tryMs`, all before `deadline`. If a sink asks
 * for a longer wait than the time left, the call gives up.
 */
export async function sendTo<T>(
  call: (context: { readonly signal: AbortSignal }) => Promise<T>,
  place: string,
  { limits, signal, deadline }: Omit<SendContext, 'now'>,
  tries = limits.tries,
): Promise<T> {
  const left = () => deadline - performance.now()
  let last: unknown
  const attempt = async () => {
    const limitMs = Math.min(limits.tryMs, left())
    if (limitMs < SHORTEST_TRY_MS) throw final(last ?? outOfTime(place))
    try {
      return await withDeadline(limitMs, [signal], (ended) => call({ signal: ended }))
    } catch (error) {
      last = asFailure(error, place, left(), signal)
      throw last
    }
  }
  return retrying({ forMs: Math.max(0, left()), tries, ...(signal && { signal }) })(attempt)
}

/** A shorter attempt says nothing about the sink. */
const SHORTEST_TRY_MS = 50

function asFailure(error: unknown, place: string, leftMs: number, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return error
  if (!(error instanceof ElysiaError)) {
    return new ElysiaError('ELYSIA_UNREACHABLE', `${place}: ${messageOf(error)}`, {
      cause: error,
      retryable: true,
    })
  }
  return (error.retryAfterMs ?? 0) <= leftMs ? error : final(error)
}

/** The same error, marked as not worth repeating. */
function final(error: unknown): unknown {
  if (!(error instanceof ElysiaError)) return error
  const { retryAfterMs, hint } = error
  return new ElysiaError('ELYSIA_UNREACHABLE', error.message, {
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(hint !== undefined && { hint }),
  })
}

function outOfTime(place: string): ElysiaError {
  return new ElysiaError(
    'ELYSIA_UNREACHABLE',
    `${place}: there was no time left for it at the end of the command`,
  )
}

function failureOf(error: unknown): { readonly error: string; readonly retryAfterMs?: number } {
  const { retryAfterMs } = error instanceof ElysiaError ? error : { retryAfterMs: undefined }
  return { error: messageOf(error).slice(0, 500), ...(retryAfterMs !== undefined && { retryAfterMs }) }
}
