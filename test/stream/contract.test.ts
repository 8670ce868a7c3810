import { gzipSync, zstdCompressSync } from 'node:zlib'
import { compressFrameSync } from 'lz4-napi'
import t from 'tap'
import type { Line } from '../../lib/core/line.ts'
import { Reject } from '../../lib/core/reject.ts'
import { batch } from '../../lib/stream/batch.ts'
import { inspectBytes } from '../../lib/stream/bytes/inspectBytes.ts'
import { decompress } from '../../lib/stream/codec/decompress.ts'
import { LinesDigest } from '../../lib/stream/lines/digest.ts'
import { skipSettled } from '../../lib/stream/lines/skipSettled.ts'
import { splitLines } from '../../lib/stream/lines/splitLines.ts'
import { meter } from '../../lib/stream/meter.ts'
import { type ParsedLine, parseJson } from '../../lib/stream/parseJson.ts'
import { stageContract } from '../contract/stage.ts'

const LINES = 60
/** Both sides of a stream in object mode by default, the chunk at hand, and the one that comes of it. */
const OBJECTS = 16 + 16 + 2

/** Lines of which every seventh is a reject. */
function lines(): (Line | Reject)[] {
  return Array.from({ length: LINES }, (_, at) => {
    const line = { line: at + 1, end: (at + 1) * 20, text: `{"number":${at + 1}}` }
    return at % 7 === 3 ? new Reject(line, 'wrong_type', 'for the test') : line
  })
}

function parsedLines(): (ParsedLine | Reject)[] {
  return lines().map((line) => (line instanceof Reject ? line : { ...line, value: JSON.parse(line.text) }))
}

const directory = t.testdir()

stageContract(t, 'parseJson', { make: () => parseJson(), input: lines, holds: OBJECTS })

stageContract(t, 'batch', {
  make: () => batch({ count: 5 }),
  input: parsedLines,
  holds: 16 + 3 * 5 + 1,
})

stageContract(t, 'meter', { make: () => meter({ onProgress: () => {} }), input: parsedLines, holds: OBJECTS })

stageContract(t, 'skipSettled', {
  make: () => skipSettled({ line: 0, digest: new LinesDigest().hex() }),
  input: lines,
  holds: OBJECTS,
})

stageContract(t, 'skipSettled that has to replay', {
  make: () => skipSettled({ line: 30, digest: 'of another input', spool: `${directory}/spool` }),
  input: lines,
  holds: 30 + OBJECTS,
})

/** Chunks of 4 KiB: two lines and parts of two more, cut at other places in every chunk. */
function textChunks(): Buffer[] {
  const text = Array.from({ length: 100 }, (_, at) => `${at + 1}${'.'.repeat(1500)}`).join('\n')
  return cut(Buffer.from(`${text}\n`), 4096)
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )
}

stageContract(t, 'inspecting', {
  make: () => inspectBytes(() => undefined),
  input: textChunks,
  holds: 2 * (64 / 4) + 16 + 2,
  keysIn: (chunk) => (chunk as Buffer).toString().match(/\n/g) ?? [],
  keysOut: (chunk) => (chunk as Buffer).toString().match(/\n/g) ?? [],
})

stageContract(t, 'splitLines', {
  make: () => splitLines(),
  input: textChunks,
  holds: 64 / 4 + 16 + 2,
  keysIn: (chunk) => (chunk as Buffer).toString().match(/\n/g) ?? [],
  keysOut: () => ['\n'],
})

/** Bytes that do not compress, so that what goes in and what comes out count alike. */
const NOISE = Buffer.from(
  Array.from({ length: 400_000 }, (_, at) => (Math.imul(at, at ^ 0x9e3779b1) >>> 13) & 0xff),
)

const compressions: [string, (bytes: Buffer) => Buffer][] = [
  ['plain bytes', (bytes) => bytes],
  ['gzip', (bytes) => gzipSync(bytes)],
  ['zstd', (bytes) => zstdCompressSync(bytes)],
  ['lz4', (bytes) => compressFrameSync(bytes, { contentChecksum: true })],
]
for (const [name, compress] of compressions) {
  const input = cut(compress(NOISE), 8192)
  const whole = new Map([...input.keys()].map((at) => [input[at], at === 0 ? [...NOISE] : []]))
  stageContract(t, `decompress, ${name}`, {
    make: () => decompress(),
    input: () => input,
    holds: 120,
    keysIn: (chunk) => whole.get(chunk as Buffer) ?? [],
    keysOut: (chunk) => [...(chunk as Buffer)],
  })
}
