import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { compressFrameSync } from 'lz4-napi'
import t from 'tap'
import { type DecompressOptions, decompress } from '../../../lib/stream/codec/decompress.ts'
import { Xxh32 } from '../../../lib/stream/codec/lz4Library.ts'
import { CHARACTERS } from '../../characters.ts'
import { some } from '../../runs.ts'

const FIXTURES = new URL('../../../fixtures/compressed/', import.meta.url)
const fixture = (name: string) => readFileSync(new URL(name, FIXTURES))
const example = (name: string) =>
  readFileSync(new URL(`../../cases/ingest/16-other-compression/${name}`, import.meta.url))
const damage = { code: 'ELYSIA_COMPRESSION' }

/** What every fixture holds. */
const LINES = Buffer.from(
  Array.from({ length: 2000 }, (_, at) => {
    const text =
      'every file in this directory holds these two thousand lines, é and € among them, one way or another'
    return `{"number":${at + 1},"text":"${text}"}\n`
  }).join(''),
)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function plain(bytes: Buffer, size = 64 * 1024, options?: DecompressOptions): Promise<Buffer> {
  const chunks = function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  return Buffer.concat(
    await Readable.from(chunks(), { objectMode: false }).pipe(decompress(options)).toArray(),
  )
}

for (const name of ['independent.lz4', 'linked.lz4', 'frames.lz4', 'frames.zst', 'members.gz']) {
  for (const size of [1, 7, 4096, 1 << 20]) {
    t.test(`decompress: ${name}, made by the tool itself, in chunks of ${size} bytes`, async (t) => {
      t.equal(sha256(await plain(fixture(name), size)), sha256(LINES))
    })
  }

  t.test(`decompress: ${name}, cut short anywhere but between frames, is an error`, async (t) => {
    const bytes = fixture(name).subarray(0, name === 'members.gz' ? -512 : undefined)
    for (const cut of [1, 3, 8, 100])
      await t.rejects(plain(bytes.subarray(0, -cut)), damage, `${cut} bytes short`)
    await t.rejects(
      plain(bytes.subarray(0, 5)),
      { ...damage, message: /is cut short$/ },
      'all but the magic short',
    )
  })

  t.test(`decompress: ${name} with a flipped bit is an error`, async (t) => {
    const bytes = Buffer.from(fixture(name))
    bytes[Math.floor(bytes.length * 0.8)]! ^= 0x10
    await t.rejects(plain(bytes), { ...damage, hint: /Test the file/ })
  })

  t.test(`decompress: bytes after ${name} that belong to nothing are an error, not left out`, async (t) => {
    const bytes = Buffer.concat([fixture(name), Buffer.from('{"lost":1}\n')])
    for (const size of [1, 7, 1 << 20]) await t.rejects(plain(bytes, size), damage)
  })

  t.test(`decompress: ${name}, cut short by a graceful stop, ends cleanly`, async (t) => {
    const out = await plain(fixture(name).subarray(0, 1200), 64, { stop: AbortSignal.abort() })
    t.strictSame(out, LINES.subarray(0, out.length))
  })
}

t.test('decompress: what is not compressed passes as it is, however short', async (t) => {
  for (const text of [
    '',
    '{',
    '{}',
    '{}\n',
    '{"a":1}\n',
    '\x1f',
    'PK',
    'BZh9',
    'x^2',
    '(\xb5/',
    '\ufeff{}',
  ]) {
    for (const size of [1, 100]) t.strictSame(await plain(Buffer.from(text), size), Buffer.from(text))
  }
})

t.test('decompress: a gzip magic and nothing else is cut short, one byte of it is plain', async (t) => {
  t.strictSame(await plain(Buffer.from([0x1f])), Buffer.from([0x1f]))
  await t.rejects(plain(Buffer.from([0x1f, 0x8b])), { ...damage, message: 'the gzip input is cut short' })
})

t.test('decompress: empty members, frames and skippable frames give nothing', async (t) => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9])
  const empty = Buffer.alloc(0)
  for (const bytes of [gzipSync(empty), zstdCompressSync(empty), compressFrameSync(empty), skippable]) {
    t.equal((await plain(bytes)).length, 0)
    t.equal((await plain(Buffer.concat([bytes, bytes]), 3)).length, 0)
  }
  t.strictSame(await plain(Buffer.concat([skippable, zstdCompressSync(LINES)])), LINES)
})

t.test('decompress: hundreds of frames in one chunk', async (t) => {
  for (const compress of [gzipSync, zstdCompressSync, (bytes: Buffer) => compressFrameSync(bytes)]) {
    const frames = Array.from({ length: 300 }, (_, at) => compress(Buffer.from(`${at}\n`)))
    const out = await plain(Buffer.concat(frames))
    t.equal(out.toString(), Array.from({ length: 300 }, (_, at) => `${at}\n`).join(''))
  }
})

t.test(
  'decompress: bytes after the last gzip member are left out and told, where that is asked for',
  async (t) => {
    for (const trailing of ['{"lost":1}\n', '\x1f', '\0\0\0x', 'x'.repeat(300_000)]) {
      for (const size of trailing.length > 1000 ? some(1, [7, 1 << 20]) : some(1, [1, 7, 1 << 20])) {
        let told = 0
        const bytes = Buffer.concat([gzipSync(LINES), gzipSync(LINES), Buffer.from(trailing)])
        const out = await plain(bytes, size, { onTrailing: () => told++ })
        t.equal(
          sha256(out),
          sha256(Buffer.concat([LINES, LINES])),
          `${trailing.slice(0, 10)} in chunks of ${size}`,
        )
        t.equal(told, 1)
      }
    }
    const padded = Buffer.concat([gzipSync(LINES), Buffer.alloc(512)])
    const quiet = await plain(padded, 100, { onTrailing: () => t.fail('padding is not told') })
    t.equal(sha256(quiet), sha256(LINES))
  },
)

t.test(
  'decompress: gzip headers of every kind are read, whatever the chunks, and bad ones refused',
  async (t) => {
    const body = gzipSync(LINES).subarray(10)
    const start = (flags: number) => Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3])
    const extra = Buffer.from([3, 0, 1, 2, 3])
    const names = Buffer.from('name\0comment\0')
    const full = Buffer.concat([start(2 + 4 + 8 + 16), extra, names, Buffer.from([0, 0]), body])
    for (const size of [1, 3, 1 << 20]) t.equal(sha256(await plain(full, size)), sha256(LINES))
    for (const cut of [11, 14, 18, 26, 30])
      await t.rejects(plain(full.subarray(0, cut)), { ...damage, message: /cut short/ })
    await t.rejects(plain(Buffer.concat([start(0x20), body])), damage, 'a flag that is reserved')
    const endless = Buffer.concat([start(8), Buffer.alloc(400_000, 'x')])
    await t.rejects(plain(endless), { ...damage, message: /header has no end/ })
  },
)

t.test('decompress: what is whole before the end of a cut file is read before the error', async (t) => {
  const noise = Buffer.from(
    Array.from({ length: 40_000 }, (_, at) => (Math.imul(at, at ^ 0x9e3779b1) >>> 13) & 0xff),
  )
  for (const cut of [gzipSync(noise).subarray(0, -4), gzipSync(noise).subarray(0, 20_000)]) {
    const stage = decompress()
    stage.end(cut)
    await new Promise((resolve) => setTimeout(resolve, 50))
    let bytes = 0
    const read = async () => {
      for await (const chunk of stage as AsyncIterable<Buffer>) bytes += chunk.length
    }
    await t.rejects(read(), damage)
    t.ok(bytes > 19_000, `${bytes} bytes were read`)
  }
})

t.test('decompress: a gzip member whose CRC or length differs is damaged', async (t) => {
  for (const at of [-8, -4]) {
    const bytes = Buffer.from(gzipSync(LINES))
    bytes[bytes.length + at]! ^= 1
    await t.rejects(plain(bytes, 1000, { onTrailing: () => t.fail('nothing trails') }), damage)
  }
})

t.test('decompress: other compressions and encodings are recognized by their first bytes', async (t) => {
  const cases: [RegExp, Buffer, string?][] = [
    [/compressed with xz/, example('a.jsonl.xz')],
    [/compressed with bzip2/, example('a.jsonl.bz2')],
    [/compressed with zip/, example('a.zip')],
    [/compressed with zlib/, deflateSync(LINES)],
    [/compressed with zlib/, deflateSync(LINES, { level: 1 })],
    [/compressed with zlib/, deflateSync(LINES, { level: 9 })],
    [/compressed with 7z/, Buffer.from('377abcaf271c00044d1f0e2a', 'hex')],
    [/UTF-16/, example('utf16.jsonl'), 'ELYSIA_INPUT'],
    [/UTF-16/, Buffer.from('\ufeff{"repo":"r"}', 'utf16le').swap16(), 'ELYSIA_INPUT'],
    [/UTF-16LE/, Buffer.from('{"repo":"r"}', 'utf16le'), 'ELYSIA_INPUT'],
    [/UTF-16BE/, Buffer.from('{"repo":"r"}', 'utf16le').swap16(), 'ELYSIA_INPUT'],
    [/UTF-32/, Buffer.from('fffe00007b000000', 'hex'), 'ELYSIA_INPUT'],
    [/Parquet/, Buffer.from('PAR1\x15\x04\x15\xf0\x07', 'latin1'), 'ELYSIA_INPUT'],
    [/compressed twice: gzip in gzip/, gzipSync(gzipSync(LINES))],
    [/compressed twice: zstd in gzip/, gzipSync(zstdCompressSync(LINES))],
    [/compressed with xz/, zstdCompressSync(example('a.jsonl.xz'))],
    [/UTF-16/, compressFrameSync(example('utf16.jsonl')), 'ELYSIA_INPUT'],
    [/with a dictionary/, example('dictid.zst')],
  ]
  for (const [message, bytes, code = 'ELYSIA_COMPRESSION'] of cases) {
    for (const size of [1, 1 << 20]) {
      const seen: Buffer[] = []
      const stage = decompress()
      const collect = async () => {
        for await (const chunk of stage as AsyncIterable<Buffer>) seen.push(chunk)
      }
      const collected = t.rejects(collect(), { code, message, hint: /\S/ })
      for (let at = 0; at < bytes.length && !stage.destroyed; at += size) {
        if (!stage.write(bytes.subarray(at, at + size))) await new Promise(setImmediate)
      }
      if (!stage.destroyed) stage.end()
      await collected
      t.equal(seen.length, 0, 'nothing was passed on')
    }
  }
})

t.test('decompress: a short line passes before more comes', async (t) => {
  for (const line of ['{}\n', 'bad\n', '\n', '{"op":1}\n']) {
    const stage = decompress()
    stage.write(line)
    const [chunk] = (await once(stage, 'data')) as [Buffer]
    t.equal(chunk.toString(), line)
    stage.destroy()
  }
})

t.test('decompress: no line of text is taken for something else', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: CHARACTERS }), fc.boolean(), async (text, zipped) => {
      const line = Buffer.from(`{"content":${JSON.stringify(text)}}\n`)
      t.ok(line.equals(await plain(zipped ? gzipSync(line) : line, 5)))
    }),
    { numRuns: 200 },
  )
})

t.test('decompress: an lz4 legacy frame is refused with the way out', async (t) => {
  await t.rejects(plain(fixture('legacy.lz4')), { ...damage, message: /legacy/, hint: /lz4 -dc/ })
})

t.test('decompress: a zstd window of 2 GiB is refused with the way out', async (t) => {
  await t.rejects(plain(fixture('window.zst')), { ...damage, message: /128 MiB/, hint: /--long=31/ })
})

/** An lz4 frame around blocks, with a header checksum that is right. */
function lz4Frame(descriptor: number[], ...blocks: (Buffer | number[])[]): Buffer {
  const sum = (new Xxh32().update(Buffer.from(descriptor)).digest() >>> 8) & 0xff
  return Buffer.concat([
    Buffer.from([4, 0x22, 0x4d, 0x18, ...descriptor, sum]),
    ...blocks.map((part) => Buffer.from(part)),
  ])
}
const END = [0, 0, 0, 0]

t.test('decompress: lz4 frames of kinds that the tools seldom write', async (t) => {
  const stored = [3, 0, 0, 0x80, 97, 98, 99]
  t.equal((await plain(lz4Frame([0x60, 0x40], stored, stored, END))).toString(), 'abcabc', 'stored blocks')
  const alphabet = [12, 0, 0, 0x80, ...Buffer.from('abcdefghijkl')]
  // No literal, ten bytes from fifteen before, then five literals.
  const referring = [9, 0, 0, 0, 0x06, 15, 0, 0x50, ...Buffer.from('01234')]
  const linked = await plain(lz4Frame([0x40, 0x40], alphabet, stored, referring, END))
  t.equal(
    linked.toString(),
    'abcdefghijklabcabcdefghij01234',
    'a block that refers to the one before the last',
  )
  const sized = (bytes: number) => lz4Frame([0x68, 0x40, bytes, 0, 0, 0, 0, 0, 0, 0], stored, END)
  t.equal((await plain(sized(3))).toString(), 'abc')
  await t.rejects(plain(sized(4)), { ...damage, message: /holds 3 bytes, its header says 4/ })
})

t.test('decompress: lz4 frames that cannot be read say why', async (t) => {
  const refusals: [RegExp, Buffer][] = [
    [/dictionary/, lz4Frame([0x61, 0x40, 1, 2, 3, 4], END)],
    [/version 2/, lz4Frame([0xa0, 0x40], END)],
    [/block size 3/, lz4Frame([0x60, 0x30], END)],
    [/block of 65537 bytes/, lz4Frame([0x60, 0x40], [1, 0, 1, 0])],
    [/checksum of its header/, Buffer.from([4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0])],
    [/checksum of a block/, lz4Frame([0x70, 0x40], [1, 0, 0, 0x80, 97, 0, 0, 0, 0])],
    [/checksum of its content/, lz4Frame([0x64, 0x40], [1, 0, 0, 0x80, 97], END, [1, 2, 3, 4])],
    [/is damaged/, lz4Frame([0x60, 0x40], [3, 0, 0, 0, 0xf0, 0xff, 0xff], END)],
    [
      /continues with bytes that are not an lz4 frame/,
      Buffer.concat([lz4Frame([0x60, 0x40], END), Buffer.from('text')]),
    ],
  ]
  for (const [message, bytes] of refusals) await t.rejects(plain(bytes), { ...damage, message })
})

t.test('decompress: a bomb is unpacked no faster than it is read', async (t) => {
  const zeros = Buffer.alloc(64 << 20)
  for (const bomb of [gzipSync(zeros, { level: 1 }), zstdCompressSync(zeros), compressFrameSync(zeros)]) {
    const stage = decompress()
    stage.end(bomb)
    await stalled(() => stage.readableLength)
    t.ok(stage.readableLength > 0 && stage.readableLength <= 4 << 20, `${stage.readableLength} bytes wait`)
    let bytes = 0
    for await (const chunk of stage as AsyncIterable<Buffer>) bytes += chunk.length
    t.equal(bytes, zeros.length)
  }
})

/** Resolves when something has begun and then stood still for 30 ms, far longer than a block takes. */
async function stalled(measure: () => number): Promise<void> {
  for (let before = 0, quiet = 0; quiet < 6; before = measure()) {
    await wait(5)
    quiet = measure() === before && before > 0 ? quiet + 1 : 0
  }
}

t.test('Xxh32: the sums of its specification, whatever the pieces', async (t) => {
  const prime = 2654435761n
  const sanity = Buffer.alloc(101)
  for (let at = 0, value = prime; at < sanity.length; at++, value = BigInt.asUintN(32, value * value)) {
    sanity[at] = Number(value >> 24n)
  }
  const sums: [number, number][] = [
    [0, 0x02cc5d05],
    [1, 0xb85cbee5],
    [14, 0xe5aa0ab4],
    [101, 0x1f1aa412],
  ]
  for (const [length, sum] of sums) {
    const bytes = sanity.subarray(0, length)
    t.equal(new Xxh32().update(bytes).digest(), sum, `${length} bytes`)
    for (const cut of [1, 5, 15, 16, 17, 40]) {
      t.equal(new Xxh32().update(bytes.subarray(0, cut)).update(bytes.subarray(cut)).digest(), sum)
    }
  }
})
