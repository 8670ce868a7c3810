import { PassThrough, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import type { Plan } from '../../../lib/archive/manifest.ts'
import { requireReadableTrailer, singleTrailer } from '../../../lib/archive/single/lines.ts'
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
  return (await planBackup(await things(COUNT), 'Thing', { compression, workers: 1 })).plan
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

/** As a plan of that many tenants is, each of one range. */
async function plannedTenants(count: number): Promise<Plan> {
  const names = Array.from({ length: count }, (_, n) => `t${n}`)
  const tenants = names.map((name) => ({ name, state: 'active' as const }))
  return { ...(await planned()), tenants, ranges: names.map((tenant) => ({ tenant })) }
}

t.test('of more tenants than a trailer can hold nothing is written, for nobody could read it', async (t) => {
  const out = new PassThrough()
  await t.rejects(singleArchive(await plannedTenants(560_000), out, signal), {
    code: 'ELYSIA_STORE',
    message: 'the trailer of the file would be longer than 256 MiB',
    hint: /--to DIR/,
  })
  t.equal(out.readableLength, 0)
  await (await singleArchive(await plannedTenants(20_000), out, signal)).destroy(new Error('enough'))
})

t.test('what a trailer takes of the ranges is known before they are read', async (t) => {
  const plan = await plannedTenants(1000)
  const of = async (ranges: Plan['ranges']) => {
    const archive = await singleArchive({ ...plan, ranges }, new PassThrough().resume(), signal)
    const parts = ranges.map((_, index) => archive.range(index).part())
    return manifestFor({ ...plan, ranges }, { before: 0, after: 0 }, parts)
  }
  const [none, all] = [await of([]), await of(plan.ranges)]
  const more = singleTrailer(all, '').length - singleTrailer(none, '').length
  const left = (bytes: number) => () =>
    requireReadableTrailer({ ...plan, tenants: [] }, (index) => all.parts[index]!, bytes)
  t.doesNotThrow(left(more + 20))
  t.throws(left(more - 20), { code: 'ELYSIA_STORE' })
})

t.test('a trailer that no reader takes is not written', async (t) => {
  const plan = await planned()
  const out = new PassThrough()
  const chunks = out.toArray().catch(() => [])
  const archive = await singleArchive(plan, out, signal)
  const range = archive.range(0)
  await pipeline(pages(), range)
  const manifest = manifestFor(plan, { before: COUNT, after: COUNT }, [range.part()])
  const { bytes } = archive
  // Each quote is two bytes in the manifest, and four in the trailer: 230 MiB there, and 260 MiB here.
  const note = 'é'.repeat(100 * 2 ** 20) + '"'.repeat(15 * 2 ** 20)
  await t.rejects(archive.seal({ ...manifest, note }), {
    code: 'ELYSIA_STORE',
    message: /the trailer of the file/,
  })
  t.equal(archive.bytes, bytes)
  await archive.destroy(new Error('refused'))
  await chunks
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
