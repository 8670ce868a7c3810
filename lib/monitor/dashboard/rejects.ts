import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { messageOf } from '../../core/errors.ts'
import type { RejectsSample } from './facts.ts'

const LINES = 20
const LINE_CHARACTERS = 600
const BYTES = 256 * 1024

/** The first lines of a rejects file: at most 20, and nothing beyond the first 256 KiB. Never throws. */
export async function rejectsSample(file: string): Promise<RejectsSample> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      if (!(await handle.stat()).isFile()) return { file, lines: [], is_cut: false, lack: 'it is not a file' }
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(BYTES), 0, BYTES, 0)
      return sampleOf(file, buffer.toString('utf8', 0, bytesRead), bytesRead === BYTES)
    } finally {
      await handle.close()
    }
  } catch (error) {
    return { file, lines: [], is_cut: false, lack: messageOf(error) }
  }
}

function sampleOf(file: string, text: string, isCut: boolean): RejectsSample {
  const all = text.split('\n').filter((line) => line !== '')
  const lines = all.slice(0, LINES)
  const isLong = lines.some((line) => line.length > LINE_CHARACTERS)
  return {
    file,
    lines: lines.map((line) => line.slice(0, LINE_CHARACTERS)),
    is_cut: isCut || all.length > LINES || isLong,
  }
}
