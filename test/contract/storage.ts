import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Test } from 'tap'
import type { Place } from '../../lib/archive/storage/storage.ts'

/** What every place does; `open` gives an empty one. */
export async function placeContract(t: Test, open: (t: Test) => Promise<Place>): Promise<void> {
  t.test('a file is not there before it is committed, and whole after it', async (t) => {
    const place = await open(t)
    const deposit = await place.create('a/b.txt')
    await pipeline(['one ', 'two'], deposit.stream)
    t.equal(await place.bytes('a/b.txt'), undefined)
    t.strictSame(await names(place), [])
    await deposit.commit()
    t.equal(await place.bytes('a/b.txt'), 7)
    t.equal((await buffer(await place.read('a/b.txt'))).toString(), 'one two')
  })

  t.test('a file that is discarded leaves nothing, and a committed one stays', async (t) => {
    const place = await open(t)
    const gone = await place.create('gone')
    await pipeline(['x'], gone.stream)
    await gone.discard()
    await put(place, 'kept', 'y')
    t.strictSame(await names(place), ['kept'])
  })

  t.test('a commit over a file replaces it whole', async (t) => {
    const place = await open(t)
    await put(place, 'f', 'a long first text')
    await put(place, 'f', 'short')
    t.equal((await buffer(await place.read('f'))).toString(), 'short')
  })

  t.test('what is appended follows what was there', async (t) => {
    const place = await open(t)
    await place.append('log', 'one\n')
    await place.append('log', Buffer.from('two\n'))
    t.equal((await buffer(await place.read('log'))).toString(), 'one\ntwo\n')
  })

  t.test('a slice begins and ends where it is told, its end exclusive', async (t) => {
    const place = await open(t)
    await put(place, 'f', '0123456789')
    t.equal((await buffer(await place.read('f', { start: 2, end: 5 }))).toString(), '234')
  })

  t.test('files are listed in order of name, below a directory too', async (t) => {
    const place = await open(t)
    for (const name of ['b', 'a/2', 'a/1', 'c/d/e']) await put(place, name, name)
    t.strictSame(await names(place), ['a/1', 'a/2', 'b', 'c/d/e'])
    t.strictSame(await names(place, 'a'), ['a/1', 'a/2'])
    t.strictSame(await names(place.within('c')), ['d/e'])
  })

  t.test('removing says whether there was a file', async (t) => {
    const place = await open(t)
    await put(place, 'f', 'x')
    t.equal(await place.remove('f'), true)
    t.equal(await place.remove('f'), false)
  })

  t.test('a file that is not there is not found', async (t) => {
    const place = await open(t)
    await t.rejects(place.read('nothing'), { code: 'ELYSIA_NOT_FOUND' })
  })

  for (const name of ['../x', 'a/../../x', '/etc/passwd', 'a//b', './a', '', 'a\\b', 'a\0b', '..']) {
    t.test(`${JSON.stringify(name)} is refused, since it leads elsewhere`, async (t) => {
      const place = await open(t)
      const calls: (() => Promise<unknown>)[] = [
        () => place.read(name),
        () => place.create(name),
        () => place.bytes(name),
        () => place.remove(name),
        () => place.append(name, 'x'),
      ]
      for (const call of calls) await t.rejects(call() as Promise<void>, { code: 'ELYSIA_DAMAGED' })
      t.throws(() => place.within(name), { code: 'ELYSIA_DAMAGED' })
    })
  }
}

async function put(place: Place, name: string, text: string): Promise<void> {
  const deposit = await place.create(name)
  await pipeline([text], deposit.stream)
  await deposit.commit()
}

async function names(place: Place, under?: string): Promise<string[]> {
  const found: string[] = []
  for await (const { name } of place.list(under)) found.push(name)
  return found
}
