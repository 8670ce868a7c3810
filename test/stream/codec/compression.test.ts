import { Readable } from 'node:stream'
import t from 'tap'
import type { Compression } from '../../../lib/stream/codec/compression.ts'
import { COMPRESSIONS, parseCompression } from '../../../lib/stream/codec/compressions.ts'
import { withNode, zstd } from '../../../lib/stream/codec/zstd.ts'
import { codeLike, compressionContract } from '../../contract/compression.ts'

const { none, gzip, lz4 } = COMPRESSIONS

compressionContract(t, { compression: none, tool: ['cat'], checked: false })
compressionContract(t, { compression: gzip, levels: [1, 9], tool: ['gzip', '-dc'], checked: true })
compressionContract(t, { compression: lz4, tool: ['lz4', '-dc'], checked: true })
compressionContract(t, { compression: zstd, levels: [1, 9, 10, 19], tool: ['zstd', '-dc'], checked: true })

/** As zstd is written where the addon is missing. */
const withoutAddon: Compression = { ...zstd, compress: (level = 3) => withNode(level) }
compressionContract(t, { compression: withoutAddon, levels: [1, 19], tool: ['zstd', '-dc'], checked: true })

t.test('compressions: the table and the names agree', async (t) => {
  for (const [name, one] of Object.entries(COMPRESSIONS)) t.equal(one.name, name)
})

t.test('compressions: text shrinks as it should', async (t) => {
  const text = codeLike(4 << 20)
  const most = { none: 1, gzip: 0.3, lz4: 0.45, zstd: 0.3 }
  for (const [name, one] of Object.entries(COMPRESSIONS)) {
    const chunks: Buffer[] = await Readable.from([text])
      .pipe(await one.compress())
      .toArray()
    const share = Buffer.concat(chunks).length / text.length
    t.ok(share <= most[name as keyof typeof most], `${name}: ${(share * 100).toFixed(1)} %`)
  }
})

t.test('parseCompression: what a person may write', async (t) => {
  const cases: [string, ReturnType<typeof parseCompression>][] = [
    ['auto', 'auto'],
    ['none', { name: 'none' }],
    ['lz4', { name: 'lz4' }],
    ['gzip', { name: 'gzip', level: 6 }],
    ['gzip:1', { name: 'gzip', level: 1 }],
    ['zstd', { name: 'zstd', level: 3 }],
    ['zstd:19', { name: 'zstd', level: 19 }],
  ]
  for (const [text, choice] of cases) t.strictSame(parseCompression(text), choice, text)
})

t.test('parseCompression: nonsense is a wrong usage that says what would do', async (t) => {
  const refusals: [string, RegExp, RegExp][] = [
    ['zsdt', /is unknown/, /did you mean zstd/],
    ['', /is unknown/, /it takes auto/],
    ['brotli', /is unknown/, /it takes auto, none, gzip, lz4, zstd/],
    ['__proto__', /is unknown/, /it takes auto/],
    ['auto:3', /is unknown/, /auto/],
    ['zstd:3:4', /is unknown/, /zstd/],
    ['zstd:', /no level of zstd/, /1 to 19/],
    ['zstd:0', /no level of zstd/, /1 to 19/],
    ['zstd:20', /no level of zstd/, /1 to 19/],
    ['zstd:-1', /no level of zstd/, /1 to 19/],
    ['zstd:3.5', /no level of zstd/, /1 to 19/],
    ['gzip:10', /no level of gzip/, /1 to 9/],
    ['lz4:1', /lz4 has none/, /write lz4/],
    ['none:1', /none has none/, /write none/],
  ]
  for (const [text, message, hint] of refusals) {
    t.throws(() => parseCompression(text), { code: 'ELYSIA_USAGE', message, hint }, text)
  }
})
