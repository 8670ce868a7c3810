import { Readable } from 'node:stream'
import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { Storage } from '../../../lib/archive/storage/storage.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { onObjects } from '../../run/listening.ts'
import { things } from './archived.ts'

t.test(
  'a part that does not read back as it was written ends the backup, is noted nowhere, and goes',
  async (t) => {
    const files: Files = new Map()
    const storage = memoryStorage(files)
    const lying = new Proxy(storage, {
      get(target, key) {
        const value = Reflect.get(target, key) as unknown
        if (key === 'read')
          return async (name: string, slice?: never) =>
            name.startsWith('parts/') ? Readable.from([Buffer.from('other')]) : target.read(name, slice)
        return typeof value === 'function' ? value.bind(target) : value
      },
    }) as Storage
    await t.rejects(backup(await things(50), 'Thing', lying, { compression: 'none' }), {
      code: 'ELYSIA_STATE',
      message: /does not read back/,
    })
    t.notOk(files.has('manifest.json'))
    t.strictSame(
      [...files.keys()].filter((name) => name.startsWith('parts/')),
      [],
    )
    t.notMatch(Buffer.from(files.get('parts.jsonl')!).toString(), /"parts":/)
  },
)

t.test('--resume writes a part again whose bytes changed, though not its size', async (t) => {
  const store = await things(400)
  const files: Files = new Map()
  const stop = new AbortController()
  const small = { partSize: 4096, compression: 'none' } as const
  await t.rejects(
    backup(store, 'Thing', memoryStorage(files), small, {
      stop: stop.signal,
      onEvent: onObjects((objects) => objects > 100 && stop.abort(new Error('stopped'))),
    }),
  )
  const name = [...files.keys()].find((one) => one.startsWith('parts/'))!
  const bytes = Buffer.from(files.get(name)!)
  bytes[20]! ^= 1
  files.set(name, bytes)
  await backup(store, 'Thing', memoryStorage(files), small, { resume: true })
  t.match(await verify(memoryStorage(files), { level: 'records' }), {
    status: 'complete',
    objects_checked: 400,
  })
})

t.test('a partitioned backup that was interrupted is finished with every object once', async (t) => {
  const store = await things(400)
  const files: Files = new Map()
  const stop = new AbortController()
  const small = { partSize: 4096, compression: 'none', partitionBy: 'kind' } as const
  await t.rejects(
    backup(store, 'Thing', memoryStorage(files), small, {
      stop: stop.signal,
      onEvent: onObjects((objects) => objects > 100 && stop.abort(new Error('stopped'))),
    }),
  )
  const { report } = await backup(store, 'Thing', memoryStorage(files), small, { resume: true })
  t.equal(report.objects, 400)
  t.match(await verify(memoryStorage(files), { level: 'records' }), {
    status: 'complete',
    objects_checked: 400,
  })
})

t.test('a stop ends a backup after the part in hand, not at the end of its range', async (t) => {
  const files: Files = new Map()
  const stop = new AbortController()
  let seen = 0
  await t.rejects(
    backup(
      await things(4000),
      'Thing',
      memoryStorage(files),
      { partSize: 4096, compression: 'none', workers: 1 },
      {
        stop: stop.signal,
        onEvent: onObjects((objects) => {
          seen = objects
          if (objects > 100) stop.abort(new Error('stopped'))
        }),
      },
    ),
    { message: 'stopped' },
  )
  t.ok(seen < 2000, `${seen} objects`)
})
