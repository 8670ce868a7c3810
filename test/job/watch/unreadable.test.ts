// A disk that gives an error while it is found out what a file is, held against what is remembered of it.
import { fstatSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { add, append, contentsOf, pass, placeOf, rename, type Storage, said } from './watching.ts'

const MOVED = `${rename('a', 'b')}${add('a', 'TWO')}`

/** Lets each read of this file fail as one of a broken disk does, until the answer is called; counts them. */
async function breakReads(t: Test, { inbox }: Storage, name: string) {
  const { ino } = statSync(join(inbox, name))
  const handle = await open(join(inbox, name))
  const prototype = Object.getPrototypeOf(handle) as {
    read: (this: { fd: number }, ...args: unknown[]) => unknown
  }
  await handle.close()
  const { read } = prototype
  const broken = {
    reads: 0,
    repair: () => {
      prototype.read = read
    },
  }
  prototype.read = function (...args) {
    if (fstatSync(this.fd).ino !== ino) return read.apply(this, args)
    broken.reads += 1
    const error = Object.assign(new Error('EIO: i/o error, read'), {
      code: 'EIO',
      errno: -5,
      syscall: 'read',
    })
    return Promise.reject(error)
  }
  t.teardown(broken.repair)
  return broken
}

for (const after of ['keep', 'move'] as const) {
  t.test(
    `a file that cannot be read back fails alone, and goes on where it was when it can (${after})`,
    async (t) => {
      const place = placeOf(t, { '0.jsonl': add('a', 'ONE'), 'log.jsonl': MOVED })
      await pass(place)
      append(place, 'log.jsonl', add('c', 'THREE'))
      append(place, '0.jsonl', add('d', 'FOUR'))
      const broken = await breakReads(t, place, 'log.jsonl')
      const failed = await pass(place, { after })
      t.ok(broken.reads > 0, 'it was read')
      t.strictSame(failed.names, ['0.jsonl', 'log.jsonl'])
      t.match(
        failed.ended.report,
        { files: 3, files_failed: 1, status: 'interrupted' },
        'the others are taken',
      )
      t.match(failed.files[1], {
        path: join(place.inbox, 'log.jsonl'),
        error: { code: 'ELYSIA_INPUT', message: /log\.jsonl cannot be read: .*i\/o error/, hint: /the disk/ },
        report: { status: 'failed', lines: 0 },
      })
      t.match(said(failed).join('\n'), /log\.jsonl failed: .*cannot be read/)
      t.strictSame(
        await contentsOf(place),
        { a: 'TWO', b: 'ONE', d: 'FOUR' },
        'nothing of it was taken twice',
      )
      broken.repair()
      const { files } = await pass(place, { after })
      t.match(files[0]?.report, { status: 'done', lines: 1, written: 1 }, 'it goes on behind what was taken')
      t.strictSame(await contentsOf(place), { a: 'TWO', b: 'ONE', c: 'THREE', d: 'FOUR' })
    },
  )
}
