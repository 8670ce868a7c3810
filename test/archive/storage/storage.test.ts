import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { placeContract } from '../../contract/storage.ts'

t.test('a directory', (t) => placeContract(t, async (t) => directoryStorage(t.testdir())))
t.test('memory', (t) => placeContract(t, async () => memoryStorage()))

t.test('a directory tells what a process that died left unfinished, in no list of files', async (t) => {
  const root = t.testdir({ parts: { 'a.unfinished-0123abcd': 'ha', a: 'half', 'b.unfinished-x': 'mine' } })
  const storage = directoryStorage(root)
  t.strictSame(await Readable.from(storage.unfinished()).toArray(), [
    { name: 'parts/a.unfinished-0123abcd', bytes: 2 },
  ])
  t.strictSame(
    (await Readable.from(storage.list()).toArray()).map(({ name }) => name),
    ['parts/a', 'parts/b.unfinished-x'],
  )
})

t.test('a directory that is a link to elsewhere is not followed', async (t) => {
  const root = t.testdir({ outside: { secret: 'x' }, place: {} })
  symlinkSync(join(root, 'outside'), join(root, 'place', 'parts'))
  await t.rejects(directoryStorage(join(root, 'place')).read('parts/secret'), { code: 'ELYSIA_DAMAGED' })
})

t.test('a file that is a link to elsewhere is not read', async (t) => {
  const root = t.testdir({ secret: 'x', place: {} })
  symlinkSync(join(root, 'secret'), join(root, 'place', 'part'))
  await t.rejects(directoryStorage(join(root, 'place')).read('part'), { code: 'ELYSIA_DAMAGED' })
})

t.test('a directory in the place of a file is not read', async (t) => {
  const root = t.testdir()
  mkdirSync(join(root, 'part'))
  await t.rejects(directoryStorage(root).read('part'), { code: 'ELYSIA_DAMAGED' })
})

t.test('a committed file is for its owner to read, and for nobody to change', async (t) => {
  const root = t.testdir()
  const upload = await directoryStorage(root).create('f')
  upload.stream.end('x')
  await new Promise((resolve) => upload.stream.once('close', resolve))
  await upload.commit()
  t.equal(statSync(join(root, 'f')).mode & 0o777, 0o400)
})

t.test('a place that cannot be written says so, and what to do', async (t) => {
  const root = t.testdir()
  writeFileSync(join(root, 'file'), 'x')
  await t.rejects(directoryStorage(join(root, 'file')).create('part'), { code: 'ELYSIA_STATE' })
})
