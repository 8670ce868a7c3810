import { constants } from 'node:os'
import type { Context } from '../cli/command.ts'
import type { Console } from '../cli/console.ts'
import type { Emit, ProgressState, RunProgress, WriteContext } from '../library.ts'
import { startLive } from './live/live.ts'
import { progressLine, statusLine } from './progressLine.ts'

/** The progress display of a job. */
export interface ProgressView {
  /** The part for the context of each run of the job. */
  readonly looks: Pick<WriteContext, 'onInFlight' | 'memory' | 'stages'> & { readonly onEvent: Emit }
  stop(): void
}

const LINE_EVERY_MS = 5000
const DOCUMENT_EVERY_MS = 1000

/**
 * One line at the bottom of a terminal; otherwise one every five seconds, if there is news; with `--progress json` a
 * document a second. Nothing with -q or --json, unless `--progress` asks for it. SIGUSR1 shows everything once.
 */
export async function progressView(context: Context): Promise<ProgressView> {
  const { console } = context
  const live = await startLive(context)
  const stopShowing = await startShowing(console, live.progress)
  const stopAnswering = answering(console, live.progress)
  let isStopped = false
  return {
    looks: live.looks,
    stop() {
      // Called at the end of the job, and again when everything that was opened is closed.
      if (isStopped) return
      isStopped = true
      stopAnswering()
      stopShowing()
      live.stop()
    },
  }
}

/** The signal that asks for the progress; not every system has it. */
const ASKING = 'SIGUSR1'

function answering(console: Console, progress: RunProgress): () => void {
  if (!(ASKING in constants.signals)) return () => {}
  const answer = () => {
    const state = progress.state(performance.now())
    if (console.progress === 'json') return state && console.line(document('progress', state))
    console.answer(state === undefined ? 'nothing is settled yet' : statusLine(state))
  }
  process.on(ASKING, answer)
  return () => process.off(ASKING, answer)
}

async function startShowing(console: Console, progress: RunProgress): Promise<() => void> {
  if (console.progress === 'json') return writeDocuments(console, progress)
  if (isSilent(console)) return () => {}
  const footer = console.progress === 'plain' ? undefined : await console.footer()
  if (footer === undefined) return printLines(console, progress)
  footer.show((columns) => lineOf(progress, columns))
  return footer.stop
}

function isSilent({ progress, quiet, json }: Console): boolean {
  return progress === 'none' || quiet || (json && progress === 'auto')
}

function lineOf(progress: RunProgress, columns?: number): string | undefined {
  const state = progress.state(performance.now())
  return state && progressLine(state, columns)
}

function printLines(console: Console, progress: RunProgress): () => void {
  let last: unknown
  const print = () => {
    const line = lineOf(progress)
    if (line !== undefined && progress.latest !== last) console.aside(line.trimStart())
    last = progress.latest
  }
  const timer = setInterval(print, LINE_EVERY_MS).unref()
  return () => clearInterval(timer)
}

function writeDocuments(console: Console, progress: RunProgress): () => void {
  const write = () => {
    const state = progress.state(performance.now())
    if (state !== undefined && progress.status === undefined) console.line(document('progress', state))
  }
  const timer = setInterval(write, DOCUMENT_EVERY_MS).unref()
  return () => {
    clearInterval(timer)
    const state = progress.state(performance.now())
    if (state !== undefined) console.line(summary(state, progress.status))
  }
}

function document(type: 'progress' | 'summary', state: ProgressState) {
  return { message_type: type, at: new Date().toISOString(), ...state }
}

function summary(state: ProgressState, status: RunProgress['status']) {
  return { ...document('summary', state), ...(status && { status }), complete: status === 'done' }
}
