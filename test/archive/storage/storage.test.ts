import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { directoryPlace } from '../../../lib/archive/storage/directory.ts'
import { memoryPlace } from '../../../lib/archive/storage/memory.ts'
import { placeContract } from '../../contract/storage.ts'

t.test('a directory', (t) => placeContract(t, async (t) => directoryPlace(t.testdir())))
t.test('memory', (t) => placeContract(t, async () => memoryPlace()))

t.test('a directory that is a link to elsewhere is not followed', async (t) => {
  const root = t.testdir({ outside: { secret: 'x' }, place: {} })
  symlinkSync(join(root, 'outside'), join(root, 'place', 'parts'))
  await t.rejects(directoryPlace(join(root, 'place')).read('parts/secret'), { code: 'ELYSIA_DAMAGED' })
})

t.test('a file that is a link to elsewhere is not read', async (t) => {
  const root = t.testdir({ secret: 'x', place: {} })
  symlinkSync(join(root, 'secret'), join(root, 'place', 'part'))
  await t.rejects(directoryPlace(join(root, 'place')).read('part'), { code: 'ELYSIA_DAMAGED' })
})

t.test('a directory in the place of a file is not read', async (t) => {
  const root = t.testdir()
  mkdirSync(join(root, 'part'))
  await t.rejects(directoryPlace(root).read('part'), { code: 'ELYSIA_DAMAGED' })
})

t.test('a committed file is for its owner to read, and for nobody to change', async (t) => {
  const root = t.testdir()
  const deposit = await directoryPlace(root).create('f')
  deposit.stream.end('x')
  await new Promise((resolve) => deposit.stream.once('close', resolve))
  await deposit.commit()
  t.equal(statSync(join(root, 'f')).mode & 0o777, 0o400)
})

t.test('a place that cannot be written says so, and what to do', async (t) => {
  const root = t.testdir()
  writeFileSync(join(root, 'file'), 'x')
  await t.rejects(directoryPlace(join(root, 'file')).create('part'), { code: 'ELYSIA_STATE' })
})
