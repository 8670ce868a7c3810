import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { roughSize } from '../../../core/units.ts'
import type { Emit } from '../../../run/context.ts'

const NAMED = 'elysiactl-pipe-'
/** How much of the disk stays free. */
const LEFT_BYTES = 256 * 1024 * 1024
const OLD_MS = 86_400_000
const CHUNK_BYTES = 256 * 1024

/** The bytes of a pipe, in a file. */
export interface SpooledBytes {
  readonly path: string
  /** Equal for the same bytes only. */
  readonly identity: string
  again(): Readable
  remove(): Promise<void>
}

/**
 * Writes a pipe to a temporary file (mode 0600), deleted by `remove`: for sources that must be read more than once or
 * in another order. `why` explains to the user what it is for. First removes what killed processes left. Memory: some
 * chunks.
 * @throws ElysiaError ELYSIA_INPUT if the pipe cannot be read, or the disk has no room for it
 */
export async function spoolPipe(
  { name, bytes }: { readonly name: string; readonly bytes: Readable },
  why: string,
  emit: Emit,
): Promise<SpooledBytes> {
  await removeLeftovers()
  const directory = await mkdtemp(join(tmpdir(), `${NAMED}${process.pid}-`))
  const path = join(directory, 'bytes')
  const remove = () => rm(directory, { recursive: true, force: true })
  emit({ type: 'source_spooled', source: name, directory, reason: why })
  const hash = createHash('sha256')
  try {
    const { bavail, bsize } = await statfs(directory)
    const most = Math.max(0, bavail * bsize - LEFT_BYTES)
    const bounded = new Bounded(most, (chunk) => hash.update(chunk))
    await pipeline(bytes, bounded, createWriteStream(path, { mode: 0o600 }))
  } catch (error) {
    await remove()
    if (error instanceof ElysiaError) throw error
    throw new ElysiaError('ELYSIA_INPUT', `${name} could not be kept in ${directory}: ${messageOf(error)}`, {
      cause: error,
      hint: HINT,
    })
  }
  const again = () => createReadStream(path, { highWaterMark: CHUNK_BYTES })
  return { path, identity: hash.digest('hex'), again, remove }
}

const HINT =
  'nothing was made; write it to a file where there is room and restore that, or set TMPDIR to such a place'

/** Fails once there is more than this. */
class Bounded extends Transform {
  #left: number
  readonly #onChunk: (chunk: Buffer) => void

  constructor(mostBytes: number, onChunk: (chunk: Buffer) => void) {
    super()
    this.#left = mostBytes
    this.#onChunk = onChunk
  }

  override _transform(
    chunk: Buffer,
    _encoding: string,
    done: (error?: Error | null, chunk?: Buffer) => void,
  ) {
    this.#left -= chunk.length
    if (this.#left < 0) {
      const fact = `what comes from the pipe does not fit on the disk of ${tmpdir()}, of which ${roughSize(LEFT_BYTES)} stay free`
      return done(new ElysiaError('ELYSIA_INPUT', fact, { hint: HINT }))
    }
    this.#onChunk(chunk)
    done(null, chunk)
  }
}

/** Files of this user that are a day old and whose processes are gone, as far as this process can see. */
async function removeLeftovers(): Promise<void> {
  for (const entry of await readdir(tmpdir()).catch(() => [])) {
    if (!entry.startsWith(NAMED)) continue
    const pid = Number(entry.slice(NAMED.length).split('-')[0])
    const path = join(tmpdir(), entry)
    const stats = await stat(join(path, 'bytes')).catch(() => undefined)
    const isOwn = stats?.uid === process.getuid?.() && Date.now() - (stats?.mtimeMs ?? 0) > OLD_MS
    if (isOwn && pid > 0 && !isAlive(pid)) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
