/**
 * `node bench/archive/codecs.ts`: what the compressions make of source text and of vectors, beside node:zlib's own
 * streams with the same settings, as JSON lines.
 */
import { globSync, readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { type Duplex, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { constants, createGzip, createZstdCompress } from 'node:zlib'
import { objectText } from '../../lib/archive/object/lineWriter.ts'
import { autoCompression } from '../../lib/stream/codec/auto.ts'
import type { CompressionName } from '../../lib/stream/codec/compression.ts'
import { COMPRESSIONS } from '../../lib/stream/codec/compressions.ts'
import { decompress } from '../../lib/stream/codec/decompress.ts'
import { inTurns, median, round, say } from '../measure.ts'

const ROUNDS = 3
const RAW_BYTES = 16 * 1024 * 1024
const CHUNK_BYTES = 256 * 1024
const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url))

interface Case {
  readonly name: CompressionName
  readonly level?: number
  /** Of raw, on source text. */
  readonly at_most?: number
}

const CASES: readonly Case[] = [
  { name: 'none' },
  { name: 'lz4', at_most: 0.45 },
  { name: 'gzip', level: 1 },
  { name: 'gzip', level: 6, at_most: 0.3 },
  { name: 'zstd', level: 1 },
  { name: 'zstd', level: 3, at_most: 0.3 },
  { name: 'zstd', level: 9 },
]

for (const [what, content] of [
  ['source text', linesOf(sources())],
  ['source text with vectors of 384', linesOf(sources(), 384)],
] as const) {
  say(`${what}: auto`, { ...autoCompression(content, 1e9) })
  for (const one of CASES) await bench(what, content, one)
}
say('end', { load_average: round(loadavg()[0]!, 1) })

async function bench(what: string, content: Buffer, { name, level, at_most }: Case): Promise<void> {
  const compression = COMPRESSIONS[name]
  const floor = floorOf(name, level)
  const bytes = Buffer.concat(await run(content, await compression.compress(level)))
  const seconds = await inTurns(ROUNDS, {
    ours: async () => timed(async () => run(content, await compression.compress(level))),
    floor: async () => (floor === undefined ? 0 : timed(async () => run(content, floor()))),
    reading: async () => timed(async () => run(bytes, decompress())),
  })
  const rate = (all: readonly number[]) => round(content.length / 1e6 / median(all), 0)
  say(`${what}: ${name}${level === undefined ? '' : `:${level}`}`, {
    of_raw: round(bytes.length / content.length, 3),
    ...(at_most !== undefined && what === 'source text' && { at_most }),
    mb_per_s: rate(seconds.ours),
    ...(floor && { node_zlib_mb_per_s: rate(seconds.floor) }),
    read_mb_per_s: rate(seconds.reading),
  })
}

/** The same codec by Node's own stream; undefined where Node has none. */
function floorOf(name: CompressionName, level: number | undefined): (() => Duplex) | undefined {
  if (name === 'gzip') return () => createGzip({ level: level! })
  if (name !== 'zstd') return undefined
  return () => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level! } })
}

async function run(content: Buffer, stage: Duplex): Promise<Buffer[]> {
  const out: Buffer[] = []
  const sink = new Writable({ write: (chunk, _encoding, done) => done(void out.push(chunk)) })
  await pipeline(chunksOf(content), stage, sink)
  return out
}

function chunksOf(content: Buffer): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += CHUNK_BYTES) yield content.subarray(at, at + CHUNK_BYTES)
    })(),
  )
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return (performance.now() - startedMs) / 1000
}

/** Files of the packages that this one uses, each once. */
function* sources(): Generator<{ path: string; text: string }> {
  const seen = new Set<string>()
  for (const path of globSync('*/{dist,src,lib,build}/**/*.{js,ts,mjs}', { cwd: MODULES }).sort()) {
    const text = readFileSync(MODULES + path, 'utf8')
    if (text.length > 200_000 || seen.has(text)) continue
    seen.add(text)
    yield { path, text }
  }
}

/** As an archive has them, up to RAW_BYTES: a file an object, or a piece of one with a vector. */
function linesOf(files: Iterable<{ path: string; text: string }>, dimensions = 0): Buffer {
  const lines: Buffer[] = []
  let bytes = 0
  for (const { path, text } of files) {
    const size = dimensions === 0 ? text.length + 1 : 1500
    for (let at = 0; at < text.length && bytes < RAW_BYTES; at += size) {
      const content = text.slice(at, at + size)
      lines.push(
        Buffer.from(
          `${objectText({ id: crypto.randomUUID(), properties: { path, content }, ...vectorOf(dimensions) })}\n`,
        ),
      )
      bytes += lines.at(-1)!.length
    }
  }
  return Buffer.concat(lines).subarray(0, RAW_BYTES)
}

function vectorOf(dimensions: number): { vector?: Float32Array } {
  if (dimensions === 0) return {}
  return { vector: Float32Array.from({ length: dimensions }, () => Math.random() - Math.random()) }
}
