import t from 'tap'
import { ForeignChanges } from '../../../../lib/archive/foreign/changes.ts'
import { mongo } from '../../../../lib/archive/foreign/shapes/mongo.ts'
import { Sample } from '../../../../lib/archive/foreign/shapes/sample.ts'

t.test('a hundred lines are enough, or what fills 16 MiB once texts are cut', async (t) => {
  const sample = new Sample()
  for (let n = 0; n < 100; n++) {
    t.notOk(sample.isFull)
    sample.add({ n, body: 'x'.repeat(1_000_000), inner: [{ body: 'x'.repeat(1000) }] })
  }
  t.ok(sample.isFull)
  t.strictSame(sample.lines[7], { n: 7, body: 'x'.repeat(264), inner: [{ body: 'x'.repeat(264) }] })
  const wide = new Sample()
  for (; !wide.isFull; ) wide.add({ numbers: Array.from({ length: 1_000_000 }, () => 0.5) })
  t.equal(wide.lines.length, 3)
})

t.test('a byte vector of MongoDB is one after its base64 is cut', async (t) => {
  const bytes = Buffer.alloc(2 + 4 * 1536)
  bytes[0] = 0x27
  for (let n = 0; n < 1536; n++) bytes.writeFloatLE(0.5, 2 + 4 * n)
  const sample = new Sample()
  sample.add({ _id: 'a', plot: { $binary: { base64: bytes.toString('base64'), subType: '09' } } })
  t.strictSame(mongo.reader(sample.lines, new ForeignChanges()).vectors, ['plot'])
})
