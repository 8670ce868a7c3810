import type { AlertMessage } from '../messageSchema.ts'

/** Options of one call to a sink. */
export interface SinkCall {
  /** Stops the call at once. */
  readonly signal: AbortSignal
}

/**
 * A place that alerts are sent to. All sinks keep this contract, and one suite tests them all: `send` ends once the
 * message was taken for good; the same message may come twice, with the same id. Texts show a sink's name and place,
 * never a secret.
 */
export interface Sink {
  readonly name: string
  /** The address without its secret parts: `https://hooks.slack.com/***`. */
  readonly place: string
  /**
   * Sends one message. Returns the answer as text.
   * @throws ElysiaError `retryable` if the same call may succeed later, with `retryAfterMs` if the sink said when
   */
  send(message: AlertMessage, call: SinkCall): Promise<string>
}

/** How a run ended, for sinks that are told of runs. */
export interface RunPing {
  readonly phase: 'start' | 'end'
  /** The run's name in the form of a UUID. */
  readonly rid: string
  /** At the end: the exit code. */
  readonly exitCode?: number
  /** At the end: whether everything was done that should be. */
  readonly earned?: boolean
  /** What happened, as a sentence. */
  readonly summary: string
  readonly seconds?: number
}

/** A dead man's switch: it is told that a run began and how it ended; if nothing comes, it raises the alarm itself. */
export interface Ping {
  readonly name: string
  readonly place: string
  /** Tells the switch. Resolves with its answer; undefined if this does not concern it. @throws as `send` */
  ping(run: RunPing, call: SinkCall): Promise<string | undefined>
}
