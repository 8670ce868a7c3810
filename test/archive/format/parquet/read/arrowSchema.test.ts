import t from 'tap'
import { readFooter } from '../../../../../lib/archive/format/parquet/footer.ts'
import { checkedArrowSchema } from '../../../../../lib/archive/format/parquet/read/arrowSchema.ts'
import { vectorBytes } from '../../../../../lib/archive/format/parquet/vectors.ts'
import { partBytes, sound } from '../../../forged.ts'

async function schemaOf(directory: string): Promise<Buffer> {
  const manifest = await sound(directory, { format: 'parquet', compression: 'auto' })
  const { metadata } = readFooter(partBytes(directory, manifest))
  return Buffer.from(metadata.get('ARROW:schema')!, 'base64')
}

t.test('an Arrow schema is held against its bytes before anything is made of it', async (t) => {
  const sane = await schemaOf(t.testdir())
  const message = checkedArrowSchema(sane)
  t.ok(message.length > 200 && sane.subarray(0, message.length).equals(message), 'what follows is left out')
  t.ok(checkedArrowSchema(message).equals(message))
  t.throws(() => checkedArrowSchema(message.subarray(0, -1)), /cut short/)
  t.throws(() => checkedArrowSchema(Buffer.alloc(0)))
  t.throws(() => checkedArrowSchema(Buffer.alloc(1000)))
  let refused = 0
  // Any length, offset or place of a table may be huge, or lead back to where it came from.
  for (let at = 8; at + 4 <= sane.length; at += 4) {
    for (const value of [0x0fff_ffff, 0x0010_0000, 40_000, 8, -8 >>> 0]) {
      const bytes = Buffer.from(sane)
      bytes.writeUInt32LE(value, at)
      try {
        vectorBytes(new Map([['ARROW:schema', bytes.toString('base64')]]))
      } catch (error) {
        refused += 1
        if (!(error instanceof Error)) throw error
      }
    }
  }
  t.ok(refused > 100, `${refused} refused, and no hang`)
})
