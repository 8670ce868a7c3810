import type { Duplex, Readable } from 'node:stream'
import type { Window } from '../coalesce/window.ts'

/** An input that is opened to be ingested: what makes batches of items from it, and what it says afterwards. */
export interface Reading {
  /** The first stages, up to batches of items. */
  readonly stages: readonly [Readable, ...Duplex[]]
  /** How an input that is read once is coalesced in parts larger than a batch. */
  readonly window?: Window | undefined
  /** Stored bytes of the input for each byte of its lines. */
  ratio(): number
  /** Call this before each settlement: the first one continues the ledger where settled lines end. */
  onSkipDone(): void
  /**
   * Checks, after a stop, that what was taken from an input that cannot be read again is written; `atOnce` if what was
   * flowing was not waited for.
   * @throws ElysiaError ELYSIA_INPUT
   */
  requireWritten(atOnce: boolean): void
  /** @throws ElysiaError ELYSIA_INPUT if the input ended before the last line of a first pass */
  requireWhole(): void
  /** All lines and bytes so far. */
  counts(): { readonly lines: number; readonly bytes: number }
  close(): Promise<void>
}
