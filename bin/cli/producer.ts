import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { ElysiaError, messageOf } from '../library.ts'
import type { Source } from './inputs.ts'

/**
 * The standard output of a command as an input. The command is started without a shell when the input is opened, and
 * ended when the input is closed early. Its name is a digest of its words; its label shows only words that are not
 * secret. `env` is its environment, without API keys. If the command fails, `settled` rejects with ELYSIA_PRODUCER
 * after everything received was processed. Ctrl-C reaches the command as well as this process, and its end may be seen
 * before our own signal: that is no failure of the command if `stop` also aborts. Its stderr goes to ours, or to
 * `onOutput` in pieces.
 */
export function producer(
  argv: readonly [string, ...string[]],
  stop: AbortSignal,
  env: Readonly<Record<string, string | undefined>> = process.env,
  onOutput?: (text: string) => void,
): Source {
  let ended: Promise<Failure | undefined> | undefined
  return {
    name: `command:${createHash('sha256').update(JSON.stringify(argv)).digest('hex')}`,
    label: wordsForPeople(argv),
    rereadable: false,
    comesAgain: true,
    size: undefined,
    open: () => {
      const [program, ...words] = argv
      const stderr = onOutput === undefined ? 'inherit' : 'pipe'
      const child = spawn(program, words, { stdio: ['ignore', 'pipe', stderr], env })
      if (onOutput !== undefined) child.stderr?.setEncoding('utf8').on('data', onOutput)
      ended = failureOf(child)
      return killWhenClosed(child, child.stdout!)
    },
    settled: async () => {
      const failure = await ended
      if (failure === undefined || (failure.signaled && (await stoppedSoon(stop)))) return
      throw new ElysiaError('ELYSIA_PRODUCER', `${argv[0]} ${failure.fact}`, {
        hint: 'what it had produced was processed; run the same command again once it works',
      })
    },
  }
}

interface Failure {
  /** The rest of a sentence. */
  readonly fact: string
  /** True if it was ended by a signal that people and systems use to end processes. */
  readonly signaled: boolean
}

/** How the command failed; undefined if it did not. */
function failureOf(child: ChildProcess): Promise<Failure | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) =>
      resolve({ fact: `cannot be started: ${messageOf(error)}`, signaled: false }),
    )
    child.once('close', (code, signal) => {
      if (code === 0) resolve(undefined)
      else if (signal !== null) resolve({ fact: `was ended by ${signal}`, signaled: ENDING.has(signal) })
      // A shell exits with this code if a signal ended a command in it.
      else resolve({ fact: `failed with exit code ${code}`, signaled: SHELL_CODES.has(code!) })
    })
  })
}

const ENDING: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP'])
const SHELL_CODES: ReadonlySet<number> = new Set([129, 130, 143])

/** Signals to a process group are all sent at once; half a second allows for a very busy machine. */
const SOON_MS = 500

async function stoppedSoon(stop: AbortSignal): Promise<boolean> {
  await wait(SOON_MS, undefined, { signal: stop }).catch(() => {})
  return stop.aborted
}

function killWhenClosed(child: ChildProcess, output: Readable): Readable {
  output.once('close', () => {
    if (output.readableEnded) return
    child.kill()
    child.stderr?.destroy()
    child.unref()
  })
  return output
}

/**
 * The program and the names of its options, `--token` from `--token=abc`: every other word may be a secret, and becomes
 * `…`. After a single dash only one letter is certain to be a name: `-phunter` may be a password.
 */
function wordsForPeople([program, ...words]: readonly [string, ...string[]]): string {
  const names = words.map((word) => /^(?:--[a-z][a-z-]*(?==|$)|-[a-z]$)/i.exec(word)?.[0] ?? '…')
  return [basename(program), ...names.filter((name, at) => name !== '…' || names[at - 1] !== '…')].join(' ')
}
