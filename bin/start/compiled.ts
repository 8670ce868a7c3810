import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Script } from 'node:vm'
import { crc32 } from 'node:zlib'

/** Compiled code of a file, as it is kept. */
export interface Compiled {
  readonly code: Buffer
  /** In which uses of the command it was kept: code that none of these called is not in it. */
  readonly uses: readonly string[]
}

/** Beyond so many nothing is added: the code of the usual ones is there. */
const MOST_USES = 64

/** Of the names of these files, beside which Node keeps its own. */
export const PREFIX = 'elysiactl-'
const KEPT_MS = 30 * 24 * 60 * 60 * 1000

/** What follows the code: the uses as JSON, how many bytes these are, and the CRC-32 of all before it. */
const LENGTH_BYTES = 4
const CRC_BYTES = 4

/**
 * What is kept at this path, if it is whole. V8 itself refuses code of another version, flags or length of source, but runs
 * what a bad disk has changed.
 */
export function readCompiled(path: string): Compiled | undefined {
  try {
    const all = readFileSync(path)
    const covered = all.length - CRC_BYTES
    if (crc32(all.subarray(0, covered)) !== all.readUInt32LE(covered)) return undefined
    const end = covered - LENGTH_BYTES
    const start = end - all.readUInt32LE(end)
    return { code: all.subarray(0, start), uses: JSON.parse(all.toString('utf8', start, end)) as string[] }
  } catch {
    return undefined
  }
}

/** Whether a run of this use has code to add. */
export function isNewUse(compiled: Compiled | undefined, use: string): boolean {
  return compiled === undefined || (compiled.uses.length < MOST_USES && !compiled.uses.includes(use))
}

/**
 * Keeps what of a script is compiled by now, in place of what was kept. It is there as a whole or not at all, also after a
 * crash of the machine, and with a sum: V8 does not check it.
 */
export function keepCompiled(path: string, script: Script, uses: readonly string[]): void {
  const said = Buffer.from(JSON.stringify(uses))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(said.length)
  const covered = Buffer.concat([script.createCachedData(), said, length])
  const crc = Buffer.alloc(CRC_BYTES)
  crc.writeUInt32LE(crc32(covered))
  const whole = Buffer.concat([covered, crc])
  const temporary = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}`
  try {
    const file = openSync(temporary, 'wx', 0o600)
    try {
      for (let at = 0; at < whole.length; ) at += writeSync(file, whole, at)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
    removeOld(dirname(path))
  } catch {
    // The disk is full, or the directory is gone: the code is compiled each time.
    rmSync(temporary, { force: true })
  }
}

/** Code of versions that went away would stay for ever; what is still in use is made anew. */
function removeOld(directory: string): void {
  const before = Date.now() - KEPT_MS
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    if (name.startsWith(PREFIX) && statSync(path).mtimeMs < before) rmSync(path, { force: true })
  }
}
