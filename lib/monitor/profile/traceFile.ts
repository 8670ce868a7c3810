import { closeSync, lstatSync, openSync, rmSync, writeSync } from 'node:fs'
import {
  type EndedRequest,
  REQUEST_ENDED,
  REQUEST_STARTED,
  type ServerRequest,
} from '../../core/channel/requests.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { RunEvent } from '../../run/event/schema.ts'

/** One event of the trace-event format of Chrome, which Perfetto reads: times in microseconds. */
interface TraceEvent {
  readonly name: string
  /** M: a name; b, e: begin and end, matched by `cat`, `id` and `name`; i: a moment; C: a number. */
  readonly ph: 'M' | 'b' | 'e' | 'i' | 'C'
  readonly cat?: string
  readonly id?: string
  /** For a moment: it concerns the whole process. */
  readonly s?: 'p'
  readonly args?: object
}

const FLUSH_BYTES = 64 * 1024
/** No viewer opens a file with more events. */
const MOST_EVENTS = 2_000_000

/**
 * Writes runs, phases, requests and figures as a trace: a JSON array, whose end may be missing if the process was
 * killed. Contains no records. A full disk ends the trace, and nothing else. Memory: 64 KiB, and a number for each open
 * request.
 */
export class TraceFile {
  readonly #file: number
  readonly #requests = new Map<ServerRequest, string>()
  #text = '[\n'
  #failure: unknown
  #events = 0
  #ids = 0
  #run: { readonly name: string; readonly id: string } | undefined
  #phase: { readonly name: string; readonly id: string } | undefined

  /** @throws ElysiaError ELYSIA_USAGE if the file cannot be written */
  constructor(path: string) {
    try {
      this.#file = openNew(path)
    } catch (cause) {
      throw new ElysiaError('ELYSIA_USAGE', `--profile-out ${path} cannot be written`, {
        cause,
        hint: 'give a file in a directory that is there and may be written to',
      })
    }
    this.#put({ name: 'process_name', ph: 'M', args: { name: 'elysiactl' } })
    REQUEST_STARTED.subscribe(this.#onStart)
    REQUEST_ENDED.subscribe(this.#onEnd)
  }

  /** Takes an event of a run. */
  take(event: RunEvent): void {
    if (event.type === 'run_started') this.#beginRun(event.run, event.kind, event.target)
    else if (event.type === 'run_ended') this.#endRun()
    else if (event.type === 'progress') this.#enter(event.phase)
    else if (event.type === 'retry' || event.type === 'stalled' || event.type === 'resumed') {
      this.#put({ name: event.type, ph: 'i', cat: 'event', s: 'p' })
    }
  }

  /** Adds the current numbers, each a line of a chart. */
  count(name: string, numbers: Readonly<Record<string, number>>): void {
    this.#put({ name, ph: 'C', args: numbers })
  }

  /** Closes the file; returns the error that kept it from being written, if any. */
  close(): unknown {
    REQUEST_STARTED.unsubscribe(this.#onStart)
    REQUEST_ENDED.unsubscribe(this.#onEnd)
    this.#endRun()
    for (const [{ name }, id] of this.#requests) this.#put({ name, ph: 'e', cat: 'request', id })
    this.#flush('\n]\n')
    try {
      closeSync(this.#file)
    } catch (error) {
      this.#failure ??= error
    }
    return this.#failure
  }

  #beginRun(run: string, kind: string, target: string): void {
    this.#endRun()
    this.#run = { name: kind, id: run }
    this.#put({ ...this.#run, ph: 'b', cat: 'run', args: { target } })
  }

  #endRun(): void {
    this.#enter(undefined)
    if (this.#run !== undefined) this.#put({ ...this.#run, ph: 'e', cat: 'run' })
    this.#run = undefined
  }

  #enter(phase: string | undefined): void {
    if (phase === this.#phase?.name) return
    if (this.#phase !== undefined) this.#put({ ...this.#phase, ph: 'e', cat: 'phase' })
    this.#ids += 1
    this.#phase = phase === undefined ? undefined : { name: phase, id: `p${this.#ids}` }
    if (this.#phase !== undefined) this.#put({ ...this.#phase, ph: 'b', cat: 'phase' })
  }

  readonly #onStart = (message: unknown): void => {
    const request = message as ServerRequest
    this.#ids += 1
    const id = `r${this.#ids}`
    this.#requests.set(request, id)
    const { name, server, protocol } = request
    this.#put({ name, ph: 'b', cat: 'request', id, args: { server, protocol } })
  }

  readonly #onEnd = (message: unknown): void => {
    const { request, sentBytes, receivedBytes, status, error } = message as EndedRequest
    const id = this.#requests.get(request)
    if (id === undefined) return
    this.#requests.delete(request)
    const args = {
      sentBytes,
      receivedBytes,
      ...(status && { status }),
      ...(error !== undefined && { failed: true }),
    }
    this.#put({ name: request.name, ph: 'e', cat: 'request', id, args })
  }

  #put(event: TraceEvent): void {
    if (this.#events >= MOST_EVENTS || this.#failure !== undefined) return
    const where = { pid: process.pid, tid: 1, ts: Math.round(performance.now() * 1000) }
    this.#text += `${this.#events === 0 ? '' : ',\n'}${JSON.stringify({ ...event, ...where })}`
    this.#events += 1
    if (this.#text.length >= FLUSH_BYTES) this.#flush()
  }

  #flush(end = ''): void {
    const bytes = Buffer.from(this.#text + end)
    this.#text = ''
    if (this.#failure !== undefined) return
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at)
    } catch (error) {
      // This is called from within the job, which must continue.
      this.#failure = error
    }
  }
}

/**
 * Another process may be writing its trace to a file of this name: it keeps its file, which has no name any more, so
 * that neither writes into the other's. What a link or a device leads to is written directly.
 */
function openNew(path: string): number {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return openSync(path, 'w', 0o600)
  rmSync(path)
  return openSync(path, 'wx', 0o600)
}
