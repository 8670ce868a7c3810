import type { Duplex, Readable, Writable } from 'node:stream'

declare const TAKES: unique symbol
declare const GIVES: unique symbol

/** For the compiler and an editor alone: nothing is there when the program runs. */
interface Takes<In> {
  readonly [TAKES]?: (chunk: In) => void
}

interface Gives<Out> {
  readonly [GIVES]?: () => Out
}

/**
 * A Node stream into which chunks of type `In` are written, and from which chunks of type `Out` are read. Node's own
 * types do not know what flows, so `pipeline` holds no two stages against each other: an editor shows it, and a
 * `Stage` of other chunks is refused where one of these is declared.
 */
export interface Stage<In, Out> extends Duplex, Takes<In>, Gives<Out> {}

/** The end of a pipeline: a Writable that takes chunks of type `In`. */
export interface Sink<In> extends Writable, Takes<In> {}

/** The beginning of a pipeline: a Readable that gives chunks of type `Out`. */
export interface Source<Out> extends Readable, Gives<Out> {}
