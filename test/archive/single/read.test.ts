// What an archive in one file says of itself is held against its bytes, and bounded before it is believed.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import type { Manifest, Plan } from '../../../lib/archive/manifest.ts'
import { manifestReader, manifestText, requireReadableManifest } from '../../../lib/archive/manifestFile.ts'
import { singleHeader, singleTrailer } from '../../../lib/archive/single/lines.ts'
import { readSingle } from '../../../lib/archive/single/read.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import { THING, things } from '../../job/backup/archived.ts'
import { sound } from '../forged.ts'

const MIB = 2 ** 20

/** The header and the lines of a sound archive, and its manifest. */
async function lines(directory: string): Promise<[before: string, Manifest]> {
  const manifest = await sound(directory)
  const { finished: _f, parts, totals: _t, consistency: _c, counts, ...plan } = manifest
  const header = singleHeader({ ...plan, counts: { before: counts.before } } as Plan)
  return [header + readFileSync(join(directory, parts[0]!.file), 'utf8'), manifest]
}

async function objectsIn(text: string): Promise<number> {
  const { pages } = await readSingle(Readable.from([Buffer.from(text)]))
  let objects = 0
  for await (const page of pages as AsyncIterable<unknown[]>) objects += page.length
  return objects
}

t.test('a file of which its trailer alone says another SHA-256 is damaged', async (t) => {
  const [before, manifest] = await lines(t.testdir())
  const sha256 = createHash('sha256').update(before).digest('hex')
  t.equal(await objectsIn(before + singleTrailer(manifest, sha256)), 5)
  const other = sha256.replace(/^./, sha256.startsWith('0') ? '1' : '0')
  await t.rejects(objectsIn(before + singleTrailer(manifest, other)), {
    code: 'ELYSIA_DAMAGED',
    message: /has a SHA-256 that does not match its trailer/,
  })
})

t.test('a header is given up at 64 MiB, and an object is not', async (t) => {
  const begun = Buffer.from('{"elysiactl_archive":{"format":"')
  let taken = 0
  const endless = async function* () {
    yield begun
    for (; taken < 300; taken++) yield Buffer.alloc(MIB, 'x')
  }
  await t.rejects(readSingle(Readable.from(endless())), {
    code: 'ELYSIA_DAMAGED',
    message: /longer than 64 MiB, which is too long for a header/,
  })
  t.ok(taken < 80, `after ${taken} MiB`)
  const [before, manifest] = await lines(t.testdir())
  const id = 'ffffffff-ffff-4fff-bfff-ffffffffffff'
  const long = `{"id":"${id}","properties":{"title":"${'x'.repeat(70 * MIB)}"}}\n`
  const sha256 = createHash('sha256').update(before).update(long).digest('hex')
  await t.rejects(objectsIn(before + long + singleTrailer(manifest, sha256)), {
    message: /holds objects that do not match its trailer/,
  })
})

t.test('a backup whose header nobody would read is refused before its first object', async (t) => {
  const store = await things(3, { ...THING, description: 'x'.repeat(64 * MIB) })
  const stream = new PassThrough()
  const written: Buffer[] = []
  stream.on('data', (bytes: Buffer) => written.push(bytes))
  await t.rejects(backupSingle(store, 'Thing', { stream, location: 'out' }, {}), {
    code: 'ELYSIA_STORE',
    message: /longer than 64 MiB/,
    hint: /need a directory/,
  })
  t.equal(written.length, 0)
})

t.test('a manifest of two million ranges is read, and one of more than is read is not written', async (t) => {
  const manifest = { ...(await sound(t.testdir())), ranges: new Array<object>(2_100_000).fill({}) }
  const read = await manifestReader()
  t.equal(read(manifestText(manifest as Manifest), 'here').ranges.length, 2_100_000)
  t.throws(() => requireReadableManifest(`[${'{},'.repeat(10_000_001)}`), {
    code: 'ELYSIA_STORE',
    message: /has more than 10,000,000 keys/,
  })
})
