import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Test } from 'tap'
import type { Storage } from '../../lib/archive/storage/storage.ts'

/** What every place does; `open` gives an empty one. */
export async function placeContract(t: Test, open: (t: Test) => Promise<Storage>): Promise<void> {
  t.test('a file is not there before it is committed, and whole after it', async (t) => {
    const storage = await open(t)
    const upload = await storage.create('a/b.txt')
    await pipeline(['one ', 'two'], upload.stream)
    t.equal(await storage.bytes('a/b.txt'), undefined)
    t.strictSame(await names(storage), [])
    await upload.commit()
    t.equal(await storage.bytes('a/b.txt'), 7)
    t.equal((await buffer(await storage.read('a/b.txt'))).toString(), 'one two')
  })

  t.test('a file that is discarded leaves nothing, and a committed one stays', async (t) => {
    const storage = await open(t)
    const gone = await storage.create('gone')
    await pipeline(['x'], gone.stream)
    await gone.discard()
    await put(storage, 'kept', 'y')
    t.strictSame(await names(storage), ['kept'])
  })

  t.test('a discard waits for the commit that is under way, and takes nothing away', async (t) => {
    const storage = await open(t)
    const upload = await storage.create('f')
    await pipeline(['text'], upload.stream)
    const committing = upload.commit()
    await upload.discard()
    t.equal(await storage.bytes('f'), 4)
    await committing
  })

  t.test('what nobody committed can be found and removed, and nothing else', async (t) => {
    const storage = await open(t)
    await put(storage, 'parts/kept', 'x')
    const cut = await storage.create('parts/cut')
    await pipeline(['half'], cut.stream)
    for await (const { name } of storage.unfinished()) {
      t.ok(name.startsWith('parts/cut'), name)
      t.equal(await storage.remove(name), true)
    }
    t.strictSame(await Readable.from(storage.unfinished()).toArray(), [])
    t.strictSame(await names(storage), ['parts/kept'])
  })

  t.test('a commit over a file replaces it whole', async (t) => {
    const storage = await open(t)
    await put(storage, 'f', 'a long first text')
    await put(storage, 'f', 'short')
    t.equal((await buffer(await storage.read('f'))).toString(), 'short')
  })

  t.test('what is appended follows what was there', async (t) => {
    const storage = await open(t)
    await storage.append('log', 'one\n')
    await storage.append('log', Buffer.from('two\n'))
    t.equal((await buffer(await storage.read('log'))).toString(), 'one\ntwo\n')
  })

  t.test('a slice begins and ends where it is told, its end exclusive', async (t) => {
    const storage = await open(t)
    await put(storage, 'f', '0123456789')
    t.equal((await buffer(await storage.read('f', { start: 2, end: 5 }))).toString(), '234')
  })

  t.test('files are listed in order of name, below a directory too', async (t) => {
    const storage = await open(t)
    for (const name of ['b', 'a/2', 'a/1', 'c/d/e']) await put(storage, name, name)
    t.strictSame(await names(storage), ['a/1', 'a/2', 'b', 'c/d/e'])
    t.strictSame(await names(storage, 'a'), ['a/1', 'a/2'])
    t.strictSame(await names(storage.within('c')), ['d/e'])
  })

  t.test('removing says whether there was a file', async (t) => {
    const storage = await open(t)
    await put(storage, 'f', 'x')
    t.equal(await storage.remove('f'), true)
    t.equal(await storage.remove('f'), false)
  })

  t.test('a file that is not there is not found', async (t) => {
    const storage = await open(t)
    await t.rejects(storage.read('nothing'), { code: 'ELYSIA_NOT_FOUND' })
  })

  for (const name of ['../x', 'a/../../x', '/etc/passwd', 'a//b', './a', '', 'a\\b', 'a\0b', '..']) {
    t.test(`${JSON.stringify(name)} is refused, since it leads elsewhere`, async (t) => {
      const storage = await open(t)
      const calls: (() => Promise<unknown>)[] = [
        () => storage.read(name),
        () => storage.create(name),
        () => storage.bytes(name),
        () => storage.remove(name),
        () => storage.append(name, 'x'),
      ]
      for (const call of calls) await t.rejects(call() as Promise<void>, { code: 'ELYSIA_DAMAGED' })
      t.throws(() => storage.within(name), { code: 'ELYSIA_DAMAGED' })
    })
  }
}

async function put(storage: Storage, name: string, text: string): Promise<void> {
  const upload = await storage.create(name)
  await pipeline([text], upload.stream)
  await upload.commit()
}

async function names(storage: Storage, under?: string): Promise<string[]> {
  const found: string[] = []
  for await (const { name } of storage.list(under)) found.push(name)
  return found
}
