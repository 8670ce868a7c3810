// What this process moves: real files, and stores that say so.
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { publishBytes } from '../../../lib/core/channel/bytes.ts'
import { PlaceMeter } from '../../../lib/monitor/progress/places.ts'

t.test('archives and stores in files count by their directory and their file', async (t) => {
  const places = new PlaceMeter()
  t.teardown(() => places.close())
  const root = t.testdir()
  const storage = directoryStorage(`${root}/archive`)
  const upload = await storage.create('part')
  await pipeline([Buffer.from('0123456789')], upload.stream)
  await upload.commit()
  t.equal(await text(await storage.read('part', { start: 2, end: 6 })), '2345')
  publishBytes('sqlite:/a.db', 7, 3)
  t.strictSame(places.news(), [
    { place: root, isServer: false, in: 4, out: 10 },
    { place: 'sqlite:/a.db', isServer: false, in: 7, out: 3 },
  ])
  t.strictSame(places.news(), [], 'what was told is no news')
  t.strictSame(places.sums(), { in: 11, out: 13 })
})
