import { PassThrough, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import type { Plan } from '../../../lib/archive/manifest.ts'
import { readSingle } from '../../../lib/archive/single/read.ts'
import { singleArchive } from '../../../lib/archive/single/write.ts'
import { planBackup } from '../../../lib/job/backup/dryRun.ts'
import { manifestFor } from '../../../lib/job/backup/manifest.ts'
import { thing, things } from '../../job/backup/archived.ts'

const COUNT = 50
const signal = new AbortController().signal
const objects = Array.from({ length: COUNT }, (_, n) => thing(n, COUNT))
const pages = () => Readable.from([objects.slice(0, 20), objects.slice(20)])

async function planned(compression = 'none'): Promise<Plan> {
  return planBackup(await things(COUNT), 'Thing', { compression, workers: 1 })
}

for (const compression of ['none', 'gzip', 'zstd', 'lz4'])
  t.test(`what is written as ${compression} is read again`, async (t) => {
    const plan = await planned(compression)
    const out = new PassThrough()
    const chunks = out.toArray()
    const archive = await singleArchive(plan, out, signal)
    let taken = 0
    const range = archive.range(0, {
      onObjects: (count) => {
        taken += count
      },
    })
    await pipeline(pages(), range)
    await archive.seal(manifestFor(plan, { before: COUNT, after: COUNT }, [range.part()]))
    const bytes = Buffer.concat(await chunks)
    t.equal(archive.bytes, bytes.length)
    t.equal(taken, COUNT)
    const read = await readSingle(Readable.from([bytes]))
    const found = (await read.pages.toArray()).flat()
    t.strictSame(
      found.map(({ id }) => id),
      objects.map(({ id }) => id),
    )
    t.equal(read.manifest().totals.objects, COUNT)
  })

/** Takes so many bytes, and then is gone, as a pipe whose reader has ended. */
function broken(after: number): Writable {
  let bytes = 0
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
      setImmediate(() => done(bytes > after ? gone : null))
    },
  })
}

t.test('a reader that goes away ends the scan with that error, wherever it has come to', async (t) => {
  const plan = await planned()
  for (const after of [0, 3000, 4000]) {
    const written = async () => {
      const archive = await singleArchive(plan, broken(after), signal)
      const range = archive.range(0)
      const slowly = async function* () {
        for (const object of objects) {
          await new Promise((resolve) => setImmediate(resolve))
          yield [object]
        }
      }
      await pipeline(Readable.from(slowly()), range)
      await archive.seal(manifestFor(plan, { before: COUNT, after: COUNT }, [range.part()]))
    }
    await t.rejects(written(), { code: 'EPIPE' }, `after ${after} bytes`)
  }
})

t.test('a stop ends it, and what was written has no trailer', async (t) => {
  const out = new PassThrough()
  const chunks = out.toArray().catch((error: Error) => error)
  const archive = await singleArchive(await planned(), out, signal)
  const stop = new AbortController()
  const reason = new Error('Ctrl-C')
  stop.abort(reason)
  await t.rejects(pipeline(pages(), archive.range(0, { stop: stop.signal })), reason)
  await archive.destroy(reason)
  t.equal(await chunks, reason)
  t.ok(out.destroyed)
})
