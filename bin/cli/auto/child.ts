import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import type { AutoChild, loadAuto } from '../../library.ts'

export interface ChildOptions {
  readonly quiet: boolean
  readonly stopping: AbortSignal
  readonly ownerOf: Awaited<ReturnType<typeof loadAuto>>['ownerOf']
  /** Where all is to be JSON lines: takes what the child prints, in pieces. It writes such lines to stderr by itself. */
  readonly onSaid?: ((text: string) => void) | undefined
}

/** As shells have it. */
const CANNOT_START = 126

/**
 * Starts this program with other words. What it prints goes to stderr: stdout is that of the document. Once `stopping` is
 * aborted it is asked to stop, and is still waited for.
 */
export function beginChild(words: readonly string[], options: ChildOptions): AutoChild {
  const { quiet, stopping, ownerOf, onSaid } = options
  const [, program = ''] = process.argv
  const more = [...(quiet ? ['-q'] : []), ...(onSaid === undefined ? [] : ['--progress', 'json'])]
  const child = spawn(process.execPath, [...process.execArgv, program, ...words, ...more], {
    env: { ...process.env, ELYSIACTL_TRIGGER: 'auto' },
    stdio: ['ignore', onSaid === undefined ? 2 : 'pipe', 2],
  })
  if (onSaid !== undefined) child.stdout?.setEncoding('utf8').on('data', onSaid)
  const stop = () => void child.kill('SIGTERM')
  stopping.addEventListener('abort', stop, { once: true })
  const ended = once(child, 'close')
    .then(([code, signal]) => (code as number | null) ?? 128 + numberOf(signal as NodeJS.Signals | null))
    // One that could not be started, for want of memory say.
    .catch(() => CANNOT_START)
    .finally(() => stopping.removeEventListener('abort', stop))
  if (stopping.aborted) stop()
  return { owner: ownerOf(child.pid ?? 0), ended }
}

function numberOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal]
}
