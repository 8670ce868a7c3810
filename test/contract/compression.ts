import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { type Duplex, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Compression } from '../../lib/stream/codec/compression.ts'
import { decompress } from '../../lib/stream/codec/decompress.ts'

/** How a member is tested. */
export interface CompressionCase {
  readonly compression: Compression
  /** Levels to test; the standard one is always. */
  readonly levels?: readonly number[]
  /** The command that opens it: reads from stdin, writes to stdout. */
  readonly tool: readonly [string, ...string[]]
  /** True where damage shows: not for bytes that are stored as they are. */
  readonly checked: boolean
}

const MiB = 1024 * 1024
/** An archive's manifest has the digest of each file; magic numbers are left to it. */
const MAGIC_BYTES = 4

/** Runs what every compression keeps, each as a test of its own. */
export function compressionContract(t: Test, one: CompressionCase): void {
  const { name } = one.compression
  t.test(`${name}: what was compressed is read back, whatever it is`, (t) => roundTrips(t, one))
  const skip = isInstalled(one.tool) ? false : `${one.tool[0]} is not installed`
  t.test(`${name}: the standard tool opens it`, { skip }, (t) => opens(t, one))
  const unchecked = one.checked ? false : 'bytes as they are have no checksum'
  t.test(
    `${name}: cut short or with flipped bits it never reads as something else`,
    { skip: unchecked },
    (t) => damages(t, one),
  )
  t.test(`${name}: it waits for its reader`, (t) => waits(t, one))
  t.test(`${name}: memory does not grow with the input, nor with the number of parts`, (t) => fits(t, one))
  t.test(`${name}: it ends when destroyed, or when its source or reader fails`, (t) => ends(t, one))
  t.test(`${name}: it says what writes it, and which file it makes`, async (t) => {
    t.match(await one.compression.library(), name === 'none' ? 'none' : /^[\w:-]+( zstd)? \d+\.\d+/)
    t.match(one.compression.extension, name === 'none' ? /^$/ : /^\.[a-z0-9]+$/)
  })
}

/** Text like source code, of which no line is another. */
export function codeLike(bytes: number): Buffer {
  let text = ''
  for (let n = 0; text.length < bytes; n++) {
    text += `export function value${n}(input: Input${n % 97}): number { return input.part${n * 7} + ${n} }\n`
  }
  return Buffer.from(text.slice(0, bytes))
}

async function compressed(make: Promise<Duplex>, bytes: Buffer, chunkBytes = 64 * 1024): Promise<Buffer> {
  return Buffer.concat(
    await Readable.from(pieces(bytes, chunkBytes))
      .pipe(await make)
      .toArray(),
  )
}

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(bytes: Buffer): Promise<Buffer> {
  const out: Buffer[] = []
  const sink = new Writable({ write: (chunk, _encoding, done) => done(void out.push(chunk)) })
  await pipeline(Readable.from(pieces(bytes, 64 * 1024)), decompress(), sink)
  return Buffer.concat(out)
}

async function roundTrips(t: Test, { compression, levels = [] }: CompressionCase): Promise<void> {
  const contents: [string, Buffer, number][] = [
    ['nothing', Buffer.alloc(0), 1],
    ['a byte', Buffer.from('x'), 1],
    ['a text in pieces of a byte', codeLike(3000), 1],
    ['more noise than any window', randomBytes(9 * MiB), 256 * 1024],
    ['5 MiB of text in a piece', codeLike(5 * MiB), 5 * MiB],
    ['a whole block', codeLike(MiB / 4), 4096],
  ]
  for (const [what, content, size] of contents) {
    t.ok((await read(await compressed(compression.compress(), content, size))).equals(content), what)
  }
  const text = codeLike(MiB / 4)
  for (const level of levels) {
    t.ok((await read(await compressed(compression.compress(level), text))).equals(text), `level ${level}`)
  }
}

async function opens(t: Test, { compression, tool, levels = [] }: CompressionCase): Promise<void> {
  const [command, ...args] = tool
  const isOpened = async (content: Buffer, level?: number) => {
    const input = await compressed(compression.compress(level), content)
    const { status, stdout, stderr } = spawnSync(command, args, { input, maxBuffer: 64 * MiB })
    t.ok(status === 0 && stdout.equals(content), `${content.length} bytes, level ${level} ${stderr}`)
  }
  const contents = [Buffer.alloc(0), Buffer.from('x'), codeLike(3 * MiB), randomBytes(3 * MiB)]
  for (const content of contents) await isOpened(content)
  for (const level of levels) await isOpened(codeLike(MiB / 4), level)
}

function isInstalled([command]: readonly [string, ...string[]]): boolean {
  return spawnSync(command, ['--version']).error === undefined
}

async function damages(t: Test, { compression }: CompressionCase): Promise<void> {
  const content = codeLike(1200)
  const whole = await compressed(compression.compress(), content)
  const code = { code: 'ELYSIA_COMPRESSION' }
  for (const length of [
    MAGIC_BYTES,
    MAGIC_BYTES + 1,
    20,
    whole.length >> 1,
    whole.length - 5,
    whole.length - 1,
  ]) {
    await t.rejects(read(whole.subarray(0, length)), code, `cut to ${length} of ${whole.length} bytes`)
  }
  const unnoticed: number[] = []
  let refused = 0
  for (let at = MAGIC_BYTES; at < whole.length; at += 1) {
    const flipped = Buffer.from(whole)
    flipped[at]! ^= 1 << (at % 8)
    const result = await read(flipped).catch((error) => error)
    if (result instanceof Error) refused += (result as { code?: string }).code === code.code ? 1 : 0
    else if (!result.equals(content)) unnoticed.push(at)
  }
  t.strictSame(unnoticed, [], 'no flipped bit gives other bytes without an error')
  // A few bits of a header mean nothing to a reader: a time, a window that is larger than needed.
  t.ok(
    refused >= whole.length - MAGIC_BYTES - 16,
    `${refused} of ${whole.length - MAGIC_BYTES} refused by code`,
  )
  const more = Buffer.concat([whole, Buffer.from('more')])
  await t.rejects(read(more), code, 'bytes behind it')
}

/** Bytes that a compression has taken while nobody reads what it makes. */
async function waits(t: Test, { compression }: CompressionCase): Promise<void> {
  const stage = await compression.compress()
  const noise = randomBytes(MiB)
  let taken = 0
  const source = Readable.from(
    (function* () {
      for (;;) {
        taken += 64 * 1024
        yield noise.subarray((taken % MiB) - 64 * 1024)
      }
    })(),
    { highWaterMark: 1 },
  )
  source.pipe(stage)
  for (let before = -1, quiet = 0; quiet < 20 && taken < 200 * MiB; before = taken) {
    await wait(5)
    quiet = taken === before ? quiet + 1 : 0
  }
  t.ok(taken > 0 && taken <= 32 * MiB, `took ${(taken / MiB).toFixed(1)} MiB and stopped`)
  source.destroy()
  stage.destroy()
}

async function fits(t: Test, { compression, levels: [lowest] = [] }: CompressionCase): Promise<void> {
  const chunk = randomBytes(256 * 1024)
  const part = async (mebibytes: number) => {
    const sink = new Writable({ write: (_chunk, _encoding, done) => setImmediate(done) })
    const content = Array.from({ length: mebibytes * 4 }, () => chunk)
    await pipeline(Readable.from(content), await compression.compress(lowest), sink)
  }
  // Half of all for gzip, which takes two seconds for 100 MiB of noise.
  const share = compression.name === 'gzip' ? 0.5 : 1
  for (let at = 0; at < 4; at++) await part(8 * share)
  const before = process.memoryUsage.rss()
  await part(50 * share)
  for (let at = 0; at < 6; at++) await part(8 * share)
  const grown = process.memoryUsage.rss() - before
  t.ok(
    grown < 60 * share * MiB,
    `${98 * share} MiB in 7 parts made it grow by ${(grown / MiB).toFixed(0)} MiB`,
  )
}

async function ends(t: Test, { compression }: CompressionCase): Promise<void> {
  const broken = new Error('the disk is gone')
  const endless = async function* () {
    for (const chunk = codeLike(64 * 1024); ; await turn()) yield chunk
  }
  const failing = async function* () {
    yield codeLike(3 * MiB)
    throw broken
  }
  const sink = new Writable({ write: (_chunk, _encoding, done) => setImmediate(done) })
  await t.rejects(pipeline(failing, await compression.compress(), sink), broken)
  const refusing = new Writable({ write: (_chunk, _encoding, done) => done(broken) })
  const unread = await compression.compress()
  await t.rejects(pipeline(endless, unread, refusing), broken)
  t.ok(unread.destroyed, 'it is destroyed')
  const busy = await compression.compress()
  Readable.from(endless()).pipe(busy)
  await wait(5)
  const empty = await compression.compress()
  for (const stage of [busy, empty]) {
    stage.destroy()
    if (!stage.closed) await new Promise((resolve) => stage.once('close', resolve))
  }
  t.ok(busy.closed && empty.closed, 'destroyed, it closes')
}
