import {
  accessSync,
  constants,
  createReadStream,
  fstatSync,
  type ReadStream,
  realpathSync,
  statSync,
} from 'node:fs'
import type { Readable } from 'node:stream'
import { ElysiaError, type Input, messageOf } from './library.ts'

/** An input that knows how much of it there is, where that can be known, for the progress bar. */
export interface Source extends Input {
  /** In bytes, as it lies there, compressed or not. */
  readonly size: number | undefined
  bytesRead(): number
}

const CHUNK_BYTES = 256 * 1024

/**
 * The inputs that operands name: files, and `-` for standard input.
 * @throws ElysiaError ELYSIA_INPUT_MISSING, ELYSIA_INPUT for what cannot be read: before anything is opened
 */
export async function sources(operands: readonly string[]): Promise<Source[]> {
  const found: Source[] = []
  for (const operand of operands) found.push(operand === '-' ? standardInput() : file(operand))
  if (operands.filter((operand) => operand === '-').length > 1) {
    throw new ElysiaError('ELYSIA_USAGE', '- is given twice, but there is one standard input')
  }
  return found
}

/** Standard input. @throws ElysiaError ELYSIA_USAGE where it is a terminal: nothing comes from there */
export function standardInput(): Source {
  if (process.stdin.isTTY) {
    throw new ElysiaError('ELYSIA_USAGE', 'standard input is a terminal', {
      hint: 'pipe change records in, as in `producer | elysiactl index sync --stdin --collection NAME`',
    })
  }
  const status = fstatSync(0)
  const open = () => (status.isFile() ? read('', 0) : process.stdin)
  return source('stdin', false, status.isFile() ? status.size : undefined, open)
}

function file(path: string): Source {
  try {
    const status = statSync(path)
    if (status.isDirectory()) throw new ElysiaError('ELYSIA_INPUT', `${path} is a directory`)
    accessSync(path, constants.R_OK)
    const isFile = status.isFile()
    return source(realpathSync.native(path), isFile, isFile ? status.size : undefined, () => read(path))
  } catch (error) {
    throw error instanceof ElysiaError ? error : unreadable(path, error)
  }
}

function unreadable(path: string, cause: unknown): ElysiaError {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
    return new ElysiaError('ELYSIA_INPUT', `${path} cannot be read: ${messageOf(cause)}`, { cause })
  }
  return new ElysiaError('ELYSIA_INPUT_MISSING', `there is no file ${path}`, {
    cause,
    hint: 'nothing was done; look at the path, which is relative to the working directory',
  })
}

function read(path: string, fd?: number): ReadStream {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES, ...(fd !== undefined && { fd }) })
}

function source(name: string, rereadable: boolean, size: number | undefined, open: () => Readable): Source {
  let opened: Readable | undefined
  return {
    name,
    rereadable,
    size,
    bytesRead: () => (opened as Partial<ReadStream> | undefined)?.bytesRead ?? 0,
    open: () => {
      opened = open()
      return opened
    },
  }
}
