// A part that is read: who stops reading it holds no file open.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { formatOf } from '../../../lib/archive/format/formats.ts'
import { partFile } from '../../../lib/archive/part/file.ts'
import { partPages } from '../../../lib/archive/part/read.ts'
import { memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { COMPRESSIONS } from '../../../lib/stream/codec/compressions.ts'
import { THING, thing } from '../../job/backup/archived.ts'
import { overriding } from '../../job/ingest/overriding.ts'

t.test('a part that is read a second time for its digest is let go of when its reader ends', async (t) => {
  const inner = memoryStorage()
  const format = await formatOf('jsonl')
  const content = { schema: THING, vectors: 'base64' } as const
  const sink = partFile(inner, 'parts/0.jsonl', { format, compression: COMPRESSIONS.none, content })
  await pipeline(Readable.from([[thing(0), thing(1)]]), sink)
  const { file, bytes, rawBytes, sha256, objects, vectors } = sink.written[0]!
  const endless = new Readable({ read() {} })
  let read = 0
  const storage = overriding(inner, {
    read: async (name: string) => (read++ === 0 ? inner.read(name) : endless),
  })
  const digest = '0'.repeat(64)
  const part = { file, range: 0, bytes, raw_bytes: rawBytes, sha256, objects, vectors, digest }
  const pages = partPages({ storage, part, format, compressed: false, content })
  pages.resume()
  while (read < 2) await wait(1)
  await wait(5)
  pages.destroy()
  await wait(20)
  t.ok(pages.closed)
  t.ok(endless.destroyed)
})
