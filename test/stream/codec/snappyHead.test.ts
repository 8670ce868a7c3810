import fc from 'fast-check'
import t from 'tap'
import { snappyHead } from '../../../lib/stream/codec/snappyHead.ts'

/** What Google's library made of `TEXT`, by pyarrow. */
const BLOCK = Buffer.from(
  'b0092430313233343536373839fe0a00fe0a00fe0a00fe0a00860a00c0000102030405060708090a0b0c0d0e0f1011121314' +
    '15161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30355ca83a3b3c3d3e3f404142434445464748494a4b4c' +
    '4d4e4f505152535455565758595a5b5c5d5e5f60616263301534fe9001fe9001fe9001fe9001fe9001fe9001fe9001fe9001' +
    'fe9001fe9001fe9001fe9001569001',
  'hex',
)
const TEXT = Buffer.from(`${'0123456789'.repeat(30)}${String.fromCharCode(...Array(100).keys())}`.repeat(3))

t.test('snappyHead gives the beginning of a block, or all of it', async (t) => {
  t.strictSame(snappyHead(BLOCK, TEXT.length, TEXT.length), TEXT)
  for (const wanted of [0, 1, 9, 10, 77, 301, 1199]) {
    t.strictSame(snappyHead(BLOCK, wanted, TEXT.length), TEXT.subarray(0, wanted), `${wanted}`)
  }
  t.strictSame(snappyHead(BLOCK, 1e9, TEXT.length), TEXT, 'no more than there is')
  t.throws(() => snappyHead(BLOCK, 10, 1199), /1200 bytes that should have 1199/)
  t.throws(() => snappyHead(BLOCK.subarray(0, 12), 300, 1200), /did not compress/)
})

t.test('whatever the bytes are, snappyHead gives no more than is wanted, or throws', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(200), (bytes, wanted) => {
      try {
        return snappyHead(Buffer.from(bytes), wanted, 1000).length <= wanted
      } catch (thrown) {
        return /Snappy|should have/.test(String(thrown))
      }
    }),
  )
})
