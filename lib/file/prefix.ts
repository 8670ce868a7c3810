import { createHash, type Hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants
const PIECE_BYTES = 256 * 1024

/** The SHA-256 of the first bytes of a file; undefined if it is not a file, or is shorter. Memory: 256 KiB. */
export function hashOfPrefix(path: string, bytes: number): Hash | undefined {
  const hash = createHash('sha256')
  return eachPiece(path, bytes, (piece) => void hash.update(piece)) ? hash : undefined
}

/** Appends the first bytes of a file to an open one. @throws Error if the file does not have them */
export function copyPrefix(path: string, bytes: number, to: number): void {
  const whole = eachPiece(path, bytes, (piece) => {
    for (let done = 0; done < piece.length; ) done += writeSync(to, piece, done)
  })
  if (!whole) throw new Error(`${path} is shorter than it was`)
}

/** False if it is not a file, or ends before that. */
function eachPiece(path: string, bytes: number, take: (piece: Buffer) => void): boolean {
  let fd: number
  try {
    fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch {
    return false
  }
  try {
    const { size } = fstatSync(fd)
    if (!fstatSync(fd).isFile() || size < bytes) return false
    const piece = Buffer.allocUnsafe(PIECE_BYTES)
    for (let at = 0; at < bytes; ) {
      const read = readSync(fd, piece, 0, Math.min(PIECE_BYTES, bytes - at), at)
      if (read === 0) return false
      take(piece.subarray(0, read))
      at += read
    }
    return true
  } finally {
    closeSync(fd)
  }
}
