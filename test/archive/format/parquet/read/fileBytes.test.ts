import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import t from 'tap'
import { fileBytes } from '../../../../../lib/archive/format/parquet/read/fileBytes.ts'
import { limitProcess } from '../../../../../lib/core/memory/limits.ts'

for (const where of ['memory', 'a temporary file']) {
  t.test(`bytes in ${where} are read in any order`, async (t) => {
    if (where !== 'memory') t.teardown(limitProcess({ scale: 1 / 4, roomBytes: 1e8, passed: () => {} }))
    const bytes = fileBytes()
    const all = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 251))
    for (let at = 0; at < all.length; at += 300) bytes.append(all.subarray(at, at + 300))
    t.equal(bytes.length, 1000)
    t.same(bytes.read(900, 100), all.subarray(900))
    t.same(bytes.read(0, 10), all.subarray(0, 10))
    t.same(bytes.read(990, 50), all.subarray(990), 'fewer at the end')
    t.equal(bytes.read(2000, 5).length, 0)
    t.strictSame(
      readdirSync(tmpdir()).filter((name) => name.startsWith('elysiactl-part-')),
      [],
      'nothing is left behind, even of a killed process',
    )
    bytes.close()
    t.equal(bytes.length, 0)
    bytes.close()
  })
}

t.test('without room the error says what to do', async (t) => {
  const before = process.env.TMPDIR
  process.env.TMPDIR = '/proc/nowhere'
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
  t.teardown(limitProcess({ scale: 1 / 4, roomBytes: 1e8, passed: () => {} }))
  t.throws(() => fileBytes().append(Buffer.alloc(1)), { code: 'ELYSIA_STATE', hint: /TMPDIR/ })
})
