import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { ByteMeter } from '../../../lib/core/channel/byteMeter.ts'
import { meterStream, publishBytes } from '../../../lib/core/channel/bytes.ts'

t.test('a file that is open counts as far as it is read, and one that is closed for good', async (t) => {
  const meter = new ByteMeter()
  const file = Object.assign(new PassThrough(), { bytesRead: 0, bytesWritten: 3 })
  meterStream('/backups', file)
  file.bytesRead = 5
  t.strictSame([...meter.totals()], [['/backups', { in: 5, out: 3 }]])
  file.bytesRead = 9
  file.destroy()
  await once(file, 'close')
  file.bytesRead = 100
  publishBytes('/backups', 1, 1)
  t.strictSame([...meter.totals()], [['/backups', { in: 10, out: 4 }]])
  meter.close()
  publishBytes('/backups', 1, 1)
  t.strictSame([...meter.totals()], [['/backups', { in: 10, out: 4 }]], 'it looks on no longer')
})
