import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Source } from './inputs.ts'
import { ElysiaError, messageOf } from './library.ts'

/**
 * The standard output of a command as an input. It is started, without a shell, when the input is opened, and
 * ended when the input is closed before its end. Its name holds a digest only: arguments may be secrets.
 * Where the command fails, `settled` rejects with ELYSIA_PRODUCER after all that came was processed.
 */
export function producer(argv: readonly [string, ...string[]]): Source {
  let ended: Promise<string | undefined> | undefined
  return {
    name: `command:${createHash('sha256').update(JSON.stringify(argv)).digest('hex')}`,
    rereadable: false,
    size: undefined,
    bytesRead: () => 0,
    open: () => {
      const [program, ...words] = argv
      const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] })
      ended = failureOf(child)
      return ending(child, child.stdout)
    },
    settled: async () => {
      const failure = await ended
      if (failure === undefined) return
      throw new ElysiaError('ELYSIA_PRODUCER', `${argv[0]} ${failure}`, {
        hint: 'what it had produced is processed; give the same command again when it works',
      })
    },
  }
}

/** How the command failed, as the rest of a sentence; undefined where it did not. */
function failureOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`cannot be started: ${messageOf(error)}`))
    child.once('close', (code, signal) => {
      if (code === 0) resolve(undefined)
      else resolve(signal === null ? `failed with exit code ${code}` : `was ended by ${signal}`)
    })
  })
}

function ending(child: ChildProcess, output: Readable): Readable {
  output.once('close', () => {
    if (output.readableEnded) return
    child.kill()
    child.unref()
  })
  return output
}
