import type { Duplex, Readable, Writable } from 'node:stream'

declare const TAKES: unique symbol
declare const GIVES: unique symbol

/** For the compiler and editors only; it does not exist at run time. */
interface Takes<In> {
  readonly [TAKES]?: (chunk: In) => void
}

interface Gives<Out> {
  readonly [GIVES]?: () => Out
}

/**
 * A Node stream that takes chunks of type `In` and gives chunks of type `Out`. Node's own types do not describe
 * chunks, so `pipeline` cannot compare adjacent stages; but an editor shows the types, and a `Stage` of other chunks
 * is refused where one is declared.
 */
export interface Stage<In, Out> extends Duplex, Takes<In>, Gives<Out> {}

/** The end of a pipeline: a Writable that takes chunks of type `In`. */
export interface Sink<In> extends Writable, Takes<In> {}

/** The beginning of a pipeline: a Readable that gives chunks of type `Out`. */
export interface Source<Out> extends Readable, Gives<Out> {}
