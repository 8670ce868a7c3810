import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { diskCalls } from './diskOrder.ts'

const { directoryStorage } = await import('../../../lib/archive/storage/directory.ts')

t.beforeEach(() => void diskCalls.splice(0))

t.test(
  'a file of an archive is on the disk before it has its name, and its name before it counts',
  async (t) => {
    const directory = t.testdir({})
    const upload = await directoryStorage(directory).create('part.jsonl')
    await pipeline(Readable.from([Buffer.from('one'), Buffer.from('two')]), upload.stream)
    await upload.commit()
    t.strictSame(diskCalls, [
      'write part.jsonl.unfinished-X',
      'sync part.jsonl.unfinished-X',
      'rename part.jsonl.unfinished-X → part.jsonl',
      `sync ${basename(directory)}`,
    ])
  },
)

t.test(
  'a note of an archive is on the disk when append resolves, with its name where it is new',
  async (t) => {
    const directory = t.testdir({})
    const storage = directoryStorage(directory)
    await storage.append('parts.jsonl', 'one\n')
    t.strictSame(diskCalls.splice(0), [
      'write parts.jsonl',
      'sync parts.jsonl',
      `sync ${basename(directory)}`,
    ])
    await storage.append('parts.jsonl', 'two\n')
    t.strictSame(diskCalls, ['write parts.jsonl', 'sync parts.jsonl'])
  },
)

t.test('a removed file is gone from the disk before remove says so', async (t) => {
  const directory = t.testdir({ 'part.jsonl': 'x' })
  await directoryStorage(directory).remove('part.jsonl')
  t.strictSame(diskCalls, ['remove part.jsonl', `sync ${basename(directory)}`])
})
