import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import type { AutoChild, loadAuto } from '../../library.ts'

/** Options for starting a command of a policy. */
export interface ChildOptions {
  readonly quiet: boolean
  readonly stopping: AbortSignal
  readonly ownerOf: Awaited<ReturnType<typeof loadAuto>>['ownerOf']
  /**
   * If all output must be JSON lines: receives what the child prints, in pieces. The child writes such lines to stderr
   * itself.
   */
  readonly onOutput?: ((text: string) => void) | undefined
}

/** The exit code that shells use. */
const CANNOT_START = 126

/**
 * Starts this program with other words. Its output goes to stderr: stdout is for the document. Once `stopping` aborts,
 * the child is asked to stop, and still waited for.
 */
export function beginChild(words: readonly string[], options: ChildOptions): AutoChild {
  const { quiet, stopping, ownerOf, onOutput } = options
  const [, program = ''] = process.argv
  const more = [...(quiet ? ['-q'] : []), ...(onOutput === undefined ? [] : ['--progress', 'json'])]
  const child = spawn(process.execPath, [...process.execArgv, program, ...words, ...more], {
    env: { ...process.env, ELYSIACTL_TRIGGER: 'auto' },
    stdio: ['ignore', onOutput === undefined ? 2 : 'pipe', 2],
  })
  if (onOutput !== undefined) child.stdout?.setEncoding('utf8').on('data', onOutput)
  const stop = () => void child.kill('SIGTERM')
  stopping.addEventListener('abort', stop, { once: true })
  const ended = once(child, 'close')
    .then(([code, signal]) => (code as number | null) ?? 128 + numberOf(signal as NodeJS.Signals | null))
    // The child could not be started, for example for lack of memory.
    .catch(() => CANNOT_START)
    .finally(() => stopping.removeEventListener('abort', stop))
  if (stopping.aborted) stop()
  return { owner: ownerOf(child.pid ?? 0), ended }
}

function numberOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal]
}
