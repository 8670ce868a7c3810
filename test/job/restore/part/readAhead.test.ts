import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { openArchive } from '../../../../lib/archive/archive.ts'
import { directoryStorage } from '../../../../lib/archive/storage/directory.ts'
import type { Reject } from '../../../../lib/core/reject.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import { ReadAhead } from '../../../../lib/job/restore/part/readAhead.ts'
import { runRestore } from '../../../../lib/job/restore/restore.ts'
import { archiveSource } from '../../../../lib/job/restore/source/archive.ts'
import type { SourcePart } from '../../../../lib/job/restore/source/source.ts'
import { things } from '../../backup/archived.ts'
import { directory, TARGETS } from '../../targets.ts'

const ignored = () => {}
const REJECT: Reject = { line: 1, code: 'not_json', reason: 'is no JSON', record: 'x' } as unknown as Reject

async function collected(pages: Readable): Promise<unknown[]> {
  const all: unknown[] = []
  await pipeline(pages, async (some) => {
    for await (const page of some) all.push(page)
  })
  return all
}

function pagesOf(...pages: readonly (string | Error)[]): Readable {
  const rest = [...pages]
  return new Readable({
    objectMode: true,
    highWaterMark: 0,
    read() {
      const next = rest.shift()
      if (next instanceof Error) this.destroy(next)
      else this.push(next ?? null)
    },
  })
}

t.test('a part that is read ahead gives all of its pages, and what is not an object, once', async (t) => {
  const ahead = new ReadAhead()
  const done: string[] = []
  const pages = pagesOf('a', 'b')
  const part: SourcePart = {
    name: 'one',
    check: async () => void done.push('checked'),
    pages: async (onReject) => {
      done.push('read')
      onReject(REJECT)
      return pages
    },
  }
  ahead.begin(part)
  await once(pages, 'readable')
  t.strictSame(done, ['checked', 'read'], 'it is read before anybody takes it')
  const rejects: Reject[] = []
  t.equal(ahead.take({ ...part }, ignored), undefined, 'of another part nothing is there')
  const taken = ahead.take(part, (reject) => rejects.push(reject))
  t.strictSame(await collected(await taken!), ['a', 'b'])
  t.strictSame(rejects, [REJECT])
  t.equal(ahead.take(part, ignored), undefined)
  await ahead.close()
})

t.test('what is wrong with a part is told to whoever takes it', async (t) => {
  const ahead = new ReadAhead()
  const damaged: SourcePart = {
    name: 'one',
    check: () => Promise.reject(new Error('the check failed')),
    pages: () => Promise.reject(new Error('unreachable')),
  }
  ahead.begin(damaged)
  await new Promise((resolve) => setImmediate(resolve))
  await t.rejects(ahead.take(damaged, ignored)!, { message: 'the check failed' })
  const pages = pagesOf(new Error('the first page is damaged'))
  const cut: SourcePart = { name: 'two', pages: async () => pages }
  ahead.begin(cut)
  await new Promise((closed) => pages.once('close', closed))
  await t.rejects(collected(await ahead.take(cut, ignored)!), { message: 'the first page is damaged' })
})

t.test('what nobody takes is ended: its pages, or its check', async (t) => {
  const ahead = new ReadAhead()
  const pages = pagesOf('a', 'b')
  ahead.begin({ name: 'one', pages: async () => pages })
  await once(pages, 'readable')
  await ahead.close()
  t.ok(pages.destroyed)
  const other = new ReadAhead()
  const wasAborted = new Promise<void>((resolve) => {
    other.begin({
      name: 'two',
      check: async (signal) => {
        await new Promise((aborted) => signal!.addEventListener('abort', aborted))
        resolve()
      },
      pages: () => Promise.reject(new Error('it was read')),
    })
  })
  await other.close()
  await wasAborted
  t.pass()
})

t.test('nothing of a damaged archive is left in a server that made the class meanwhile', async (t) => {
  const place = join(directory(t), 'archive')
  await backup(await things(5), 'Thing', directoryStorage(place), { compression: 'none', workers: 1 })
  const [first] = readdirSync(join(place, 'parts'))
  const file = join(place, 'parts', first!)
  const bytes = readFileSync(file)
  bytes[bytes.length - 40]! ^= 1
  chmodSync(file, 0o600)
  writeFileSync(file, bytes)
  const store = await TARGETS['a Weaviate server'](t)
  const source = archiveSource(await openArchive(directoryStorage(place)))
  const { report, error } = await runRestore(source, store, {})
  t.match(error, { code: 'ELYSIA_DAMAGED', part: `parts/${first}` })
  t.equal(report.written, 0)
  const { report: whole } = await runRestore(source, store, { skipDamaged: true, name: 'Other' })
  t.strictSame([whole.written, whole.parts_damaged], [0, [`parts/${first}`]])
})
