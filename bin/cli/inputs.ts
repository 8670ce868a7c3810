import {
  accessSync,
  constants,
  createReadStream,
  fstatSync,
  type ReadStream,
  realpathSync,
  statSync,
} from 'node:fs'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { ElysiaError, type Input, messageOf } from '../library.ts'

/** An input whose size is known if possible, to show the progress of a run. */
export interface Source extends Input {
  readonly size: number | undefined
}

const CHUNK_BYTES = 256 * 1024
/** Names of standard input as a file. What it leads to, for example a socket, cannot be opened again. */
const STDIN_PATHS = ['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']

const PIPE_RECORDS =
  'pipe change records in, as in `producer | elysiactl index sync --stdin --collection NAME`'

/**
 * The inputs in operands: files, pipes such as a shell's `<(command)`, and `-` or /dev/stdin for standard input.
 * @throws ElysiaError ELYSIA_INPUT_MISSING, ELYSIA_INPUT for what cannot be read: before anything is opened
 */
export async function sources(operands: readonly string[]): Promise<Source[]> {
  const found: Source[] = []
  for (const operand of operands) found.push(isStandardInput(operand) ? standardInput() : file(operand))
  if (operands.filter(isStandardInput).length > 1) {
    throw new ElysiaError('ELYSIA_USAGE', 'standard input is named twice, but there is only one')
  }
  return found
}

/**
 * Standard input.
 * @throws ElysiaError ELYSIA_USAGE if it is a terminal, which yields nothing; ELYSIA_INPUT for a directory
 */
export function standardInput(hint = PIPE_RECORDS): Source {
  if (process.stdin.isTTY) throw new ElysiaError('ELYSIA_USAGE', 'standard input is a terminal', { hint })
  const status = statusOfStdin()
  if (status.isDirectory()) throw isDirectory('standard input')
  const open = () => (status.isFile() ? readFile('', 0) : process.stdin)
  const input = source('stdin', false, status.isFile() ? status.size : undefined, open)
  return { ...input, comesAgain: status.isFile() }
}

/** True for `-`, and for the names of standard input as a file. */
export function isStandardInput(operand: string): boolean {
  return operand === '-' || STDIN_PATHS.includes(operand)
}

function statusOfStdin() {
  try {
    return fstatSync(0)
  } catch (cause) {
    throw new ElysiaError('ELYSIA_INPUT', `standard input cannot be read: ${messageOf(cause)}`, { cause })
  }
}

function file(path: string): Source {
  try {
    const status = statSync(path)
    if (status.isDirectory()) throw isDirectory(path)
    accessSync(path, constants.R_OK)
    // A pipe has no real path: the target of /dev/fd has no name.
    if (!status.isFile()) return source(resolve(path), false, undefined, () => readFile(path))
    const input = source(realpathSync.native(path), true, status.size, () => readFile(path))
    return { ...input, file: path, seekable: true }
  } catch (error) {
    throw error instanceof ElysiaError ? error : unreadable(path, error)
  }
}

function isDirectory(name: string): ElysiaError {
  return new ElysiaError('ELYSIA_INPUT', `${name} is a directory`, {
    hint: 'name its files; `index watch DIR` ingests files as they arrive, `col restore DIR` restores an archive',
  })
}

function unreadable(path: string, cause: unknown): ElysiaError {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
    return new ElysiaError('ELYSIA_INPUT', `${path} cannot be read: ${messageOf(cause)}`, { cause })
  }
  return new ElysiaError('ELYSIA_INPUT_MISSING', `there is no file ${path}`, {
    cause,
    hint: 'nothing was done; check the path, which is relative to the working directory',
  })
}

function readFile(path: string, fd?: number): ReadStream {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES, ...(fd !== undefined && { fd }) })
}

function source(name: string, rereadable: boolean, size: number | undefined, open: () => Readable): Source {
  return { name, rereadable, size, open }
}
