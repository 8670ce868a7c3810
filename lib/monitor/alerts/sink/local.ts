import { spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { headline } from '../message.ts'
import type { AlertMessage } from '../messageSchema.ts'
import type { Sink } from './sink.ts'

/** Without O_NONBLOCK, opening a pipe that nobody reads would block the process forever. */
const ADDING = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK

/** Appends each message to a file as one line of JSON; creates the file, readable by the user only. */
export function fileSink(name: string, path: string): Sink {
  return {
    name,
    place: path,
    send: async (message) => {
      try {
        const handle = await open(path, ADDING, 0o600)
        await handle.appendFile(`${JSON.stringify(message)}\n`).finally(() => handle.close())
      } catch (cause) {
        const hint = 'check the path, the permissions of its directory, and the space on the disk'
        throw new ElysiaError('ELYSIA_STATE', `cannot write to ${path}: ${messageOf(cause)}`, { cause, hint })
      }
      return 'written'
    },
  }
}

/** Prints each message on standard error. */
export function stderrSink(name: string, say: (line: string) => void): Sink {
  return {
    name,
    place: 'standard error',
    send: async (message) => {
      say(`alert: ${headline(message)}`)
      return 'said'
    },
  }
}

interface Program {
  readonly argv: readonly string[]
  readonly directory: string
  /** The program's environment: that of the command, without keys. */
  readonly env: Readonly<Record<string, string | undefined>>
}

const MOST_ERROR_CHARACTERS = 200

/** Starts a program for each message, without a shell, and gives it the message on standard input, as one line of JSON. */
export function commandSink(name: string, program: Program): Sink {
  return {
    name,
    place: program.argv[0]!,
    send: (message, { signal }) => run(program, message, signal),
  }
}

function run({ argv: [file, ...args], directory, env }: Program, message: AlertMessage, signal: AbortSignal) {
  return new Promise<string>((resolve, reject) => {
    const child = spawn(file!, args, {
      cwd: directory,
      env: { ...env, ELYSIACTL_ALERT_STATUS: message.status },
      stdio: ['pipe', 'ignore', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
    })
    let stderrText = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderrText = `${stderrText}${chunk.toString('utf8')}`.slice(0, 4 * MOST_ERROR_CHARACTERS)
    })
    child.once('error', (cause) => reject(signal.aborted ? signal.reason : notStarted(file!, cause)))
    child.once('exit', (code, killed) => {
      if (code === 0) resolve('exit 0')
      // The program's output may arrive a moment after its end.
      else
        setTimeout(
          () => reject(signal.aborted ? signal.reason : failed(file!, code ?? killed, stderrText)),
          50,
        )
      // A process that the program left behind keeps these open: neither the alert nor this process waits for it.
      setTimeout(() => {
        child.stdin.destroy()
        child.stderr.destroy()
      }, 100)
    })
    // A program that does not read its input may still have done its work.
    child.stdin.on('error', () => {})
    child.stdin.end(`${JSON.stringify(message)}\n`)
  })
}

function notStarted(file: string, cause: Error): ElysiaError {
  const hint = 'argv names a program by its path, or one of PATH; cron gives a short one'
  return new ElysiaError('ELYSIA_STATE', `${file} cannot be started: ${messageOf(cause)}`, { cause, hint })
}

function failed(file: string, code: number | string | null, said: string): ElysiaError {
  const text = [...said.replace(/\s+/g, ' ').trim()].slice(0, MOST_ERROR_CHARACTERS).join('')
  const why = text === '' ? '' : `: ${text}`
  return new ElysiaError('ELYSIA_STATE', `${file} ended with ${code}${why}`, {
    retryable: true,
    hint: 'start it by hand: it is given one line of JSON on standard input',
  })
}
