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

/** Compiled code of a file in the cache. */
export interface CompiledCode {
  readonly code: Buffer
  /** The uses of the command that it covers: functions that none of these called are missing. */
  readonly uses: readonly string[]
}

/** After so many uses nothing is added: the common ones are covered. */
const MOST_USES = 64

/** The prefix of these files, which are beside those of Node. */
export const PREFIX = 'elysiactl-'
const KEPT_MS = 30 * 24 * 60 * 60 * 1000

/**
 * The end of the file, after the code: the uses as JSON, their length in bytes, and the CRC-32 of everything before it.
 */
const LENGTH_BYTES = 4
const CRC_BYTES = 4

/**
 * The cached code at this path, if it is intact. V8 itself refuses code of another version, flags or source length, but
 * runs what a bad disk has changed.
 */
export function readCompiled(path: string): CompiledCode | undefined {
  try {
    const all = readFileSync(path)
    const payloadEnd = all.length - CRC_BYTES
    if (crc32(all.subarray(0, payloadEnd)) !== all.readUInt32LE(payloadEnd)) return undefined
    const end = payloadEnd - LENGTH_BYTES
    const start = end - all.readUInt32LE(end)
    return { code: all.subarray(0, start), uses: JSON.parse(all.toString('utf8', start, end)) as string[] }
  } catch {
    return undefined
  }
}

/** Whether a run of this use adds code. */
export function addsCode(compiled: CompiledCode | undefined, use: string): boolean {
  return compiled === undefined || (compiled.uses.length < MOST_USES && !compiled.uses.includes(use))
}

/**
 * Replaces the cached code of a script with everything compiled by now. The file is complete or absent, even after a
 * crash of the machine, and has a checksum: V8 does not check it.
 */
export function writeCompiled(path: string, script: Script, uses: readonly string[]): void {
  const usesJson = Buffer.from(JSON.stringify(uses))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(usesJson.length)
  const payload = Buffer.concat([script.createCachedData(), usesJson, length])
  const crc = Buffer.alloc(CRC_BYTES)
  crc.writeUInt32LE(crc32(payload))
  const whole = Buffer.concat([payload, crc])
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
    // The disk is full, or the directory is gone: then the code is compiled each time.
    rmSync(temporary, { force: true })
  }
}

/** Code of old versions would stay forever; what is still in use is made again. */
function removeOld(directory: string): void {
  const before = Date.now() - KEPT_MS
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    if (name.startsWith(PREFIX) && statSync(path).mtimeMs < before) rmSync(path, { force: true })
  }
}
