import type { AlertMessage } from '../messageSchema.ts'

/** What a sink is given for one message. */
export interface SinkCall {
  /** Ends the call at once. */
  readonly signal: AbortSignal
}

/**
 * Where alerts go. Every kind of it keeps to this, and one suite runs them all: `send` ends once the message was taken, for
 * good; the same message may come twice, with the same id. It is told by its name and by where it leads, never by a secret.
 */
export interface Sink {
  readonly name: string
  /** Where it leads, for a person: `https://hooks.slack.com/***`. */
  readonly place: string
  /**
   * Sends one message. Returns what was answered, for a person.
   * @throws ElysiaError `retryable` where the same call may succeed later, with `retryAfterMs` where it was said when
   */
  send(message: AlertMessage, call: SinkCall): Promise<string>
}

/** How a run ended, for sinks that hear of runs. */
export interface RunPing {
  readonly phase: 'start' | 'end'
  /** A name of the run in the form of a UUID. */
  readonly rid: string
  /** At the end: the exit code. */
  readonly exitCode?: number
  /** At the end: whether all was done that was to be done. */
  readonly earned?: boolean
  /** A sentence for a person. */
  readonly summary: string
  readonly seconds?: number
}

/** A dead man's switch: it is told that a run began, and how it ended; hearing nothing, it raises the alarm itself. */
export interface Ping {
  readonly name: string
  readonly place: string
  /** Tells it; undefined where it has nothing to hear of this, else what it answered. @throws as `send` */
  ping(run: RunPing, call: SinkCall): Promise<string | undefined>
}
