import type { Incoming } from '../class/collections.ts'

/** Which calls a fault befalls. */
export interface When {
  /**
   * Names of calls: of RPCs (`BatchObjects`) or beginnings of REST calls (`POST /v1/batch`); '' is every
   * call. Without it those that read or write objects.
   */
  readonly on?: string | readonly string[]
  /** How many calls; without it all of them. */
  readonly count?: number
  /** How many calls that fit are let through first. */
  readonly skip?: number
  /** Between 0 and 1; without it 1. */
  readonly probability?: number
}

/** What befalls a call. All but `where` and `answer` is JSON, so that a child process can be told. */
export type Fault =
  /** The whole call fails, nothing is applied. `http` is the REST status. */
  | { fault: 'status'; code: StatusCode; text: string; http?: number; retryAfterSeconds?: number }
  /** UNKNOWN "not enough memory" on gRPC, 500 on REST. */
  | { fault: 'memory' }
  /** 429 with Retry-After on REST, "429 Too many requests" on gRPC. */
  | { fault: 'tooMany'; retryAfterSeconds?: number }
  /** Messages above so many bytes are refused as the server refuses those above its own limit. */
  | { fault: 'tooLarge'; bytes: number }
  /** Single objects are refused, their neighbors written or deleted. */
  | ({ fault: 'perObject'; text: string } & Which)
  /** Objects are refused as by a store that has run out of disk. */
  | ({ fault: 'readOnly' } & Which)
  /** The connection breaks, before or after the write; with `objects` after that many of the batch. */
  | { fault: 'reset'; when: 'before' | 'after'; objects?: number }
  /** No answer ever comes. */
  | { fault: 'hang'; when?: 'before' | 'after' }
  /** The call waits until the fault is taken away. */
  | { fault: 'pause' }
  /** Everything takes longer: so many milliseconds, or a random number between the two. */
  | { fault: 'delay'; ms: number | readonly [number, number] }
  /** The answer waits until a later call of the same name was answered, `ms` (1000) at most. */
  | { fault: 'hold'; ms?: number }
  /** The write is done, and done once more: after the next call of the same name, or after `ms` (1000). */
  | { fault: 'duplicate'; ms?: number }
  /** The connection breaks at once; the write is done `ms` (100) later, as if it had been under way. */
  | { fault: 'late'; ms?: number }
  /** The call is done, and something else answered: of gRPC the message, of REST an Answer. */
  | { fault: 'lie'; answer: (honest: never) => unknown }

/** An object that is to be written or deleted. */
export type Candidate = Pick<Incoming, 'id' | 'properties'>

/** Which objects of a batch: all of them, unless something else is said. */
export interface Which {
  readonly ids?: readonly string[]
  readonly where?: (object: Candidate) => boolean
  /** A random share, between 0 and 1. */
  readonly share?: number
}

/** The gRPC status of a call that fails. */
export type StatusCode =
  | 'UNAVAILABLE'
  | 'UNKNOWN'
  | 'RESOURCE_EXHAUSTED'
  | 'ABORTED'
  | 'INTERNAL'
  | 'PERMISSION_DENIED'

/** A fault with the calls that it befalls. */
export type Injection = Fault & When

/** A call as the faults see it. */
export interface Call {
  readonly name: string
  readonly bytes: number
  /** Breaks the caller's connection. */
  readonly cut: () => void
}

/** How much of a write is to be done. */
export interface Portion {
  /** Only the first so many objects. */
  readonly only?: number
  /** The text with which an object is refused. */
  readonly refuse?: (object: Candidate) => string | undefined
}

/** A call that failed as a whole because it was told to. */
export class Failure extends Error {
  readonly code: StatusCode
  readonly http: number
  readonly retryAfterSeconds: number | undefined

  constructor(fault: Omit<Extract<Fault, { fault: 'status' }>, 'fault'>) {
    super(fault.text)
    this.code = fault.code
    this.http = fault.http ?? (fault.code === 'UNAVAILABLE' ? 503 : 500)
    this.retryAfterSeconds = fault.retryAfterSeconds
  }
}

/** The refusal of a gRPC server for a request above its limit, or of its own reply. */
export function tooLarge(
  bytes: number,
  max: number,
  verb: 'received' | 'trying to send' = 'received',
): Failure {
  const text = `grpc: ${verb} message larger than max (${bytes} vs. ${max})`
  return new Failure({ code: 'RESOURCE_EXHAUSTED', text, http: 413 })
}
