import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { isHeld, lockFile } from '../../lib/database/fileLock.ts'

t.test('a lock is held by one, and seen by others', async (t) => {
  const path = `${t.testdir()}/locks/a.lock`
  t.equal(isHeld(path), undefined)
  const held = lockFile(path)
  t.equal(isHeld(path), true)
  t.equal(lockFile(path), undefined)
  held!.release()
  t.equal(isHeld(path), false)
})

t.test(
  'a lock directory that cannot be made or written to is said, with its name and what to do',
  async (t) => {
    const directory = t.testdir({ file: '', full: {} })
    const named = { code: 'ELYSIA_STATE', message: /cannot use the lock .*a\.lock/, hint: /chown/ }
    t.throws(() => lockFile(`${directory}/file/a.lock`), named)
    if (process.getuid?.() === 0) {
      // Root writes everywhere but below /proc.
      t.throws(() => lockFile('/proc/1/a.lock'), named)
    } else {
      chmodSync(`${directory}/full`, 0o500)
      t.throws(() => lockFile(`${directory}/full/a.lock`), named)
    }
  },
)

t.test('a link in the place of a lock, or of its directory, is not followed', async (t) => {
  const directory = t.testdir({ real: {}, locks: {}, target: 'mine' })
  symlinkSync(`${directory}/target`, `${directory}/locks/a.lock`)
  symlinkSync(`${directory}/nothing`, `${directory}/locks/b.lock`)
  symlinkSync(`${directory}/real`, `${directory}/linked`)
  for (const path of ['locks/a.lock', 'locks/b.lock', 'linked/c.lock']) {
    t.throws(() => lockFile(`${directory}/${path}`), { code: 'ELYSIA_STATE', message: /link/ }, path)
    t.equal(isHeld(`${directory}/${path}`), undefined)
  }
  t.equal(readFileSync(`${directory}/target`, 'utf8'), 'mine')
  t.notOk(existsSync(`${directory}/nothing`))
  t.notOk(existsSync(`${directory}/real/c.lock`))
})

t.test('a pipe or a file of something else in its place is no lock, and nobody hangs', async (t) => {
  const directory = t.testdir({ locks: {} })
  mkdirSync(`${directory}/locks/d.lock`)
  writeFileSync(`${directory}/locks/e.lock`, 'no database, but as long as the header of one, '.repeat(9))
  t.equal(spawnSync('mkfifo', [`${directory}/locks/f.lock`]).status, 0)
  for (const name of ['d', 'e', 'f']) {
    t.throws(() => lockFile(`${directory}/locks/${name}.lock`), { code: 'ELYSIA_STATE' }, name)
    t.equal(isHeld(`${directory}/locks/${name}.lock`), undefined)
  }
})

t.test('whoever asks in vain for a lock of their own process does not release it for others', async (t) => {
  const path = `${t.testdir()}/locks/a.lock`
  const held = lockFile(path)
  t.equal(lockFile(path), undefined)
  const asking = `
    import { lockFile } from ${JSON.stringify(new URL('../../lib/database/fileLock.ts', import.meta.url).href)}
    process.exitCode = lockFile(process.argv[1]) === undefined ? 0 : 1`
  const words = ['--input-type=module-typescript', '-e', asking, path]
  t.equal(spawnSync(process.execPath, words).status, 0)
  held!.release()
})

t.test('a transient lock takes its file along, and of many who want it one at a time has it', async (t) => {
  const path = `${t.testdir()}/locks/a.lock`
  const first = lockFile(path, { transient: true })
  t.equal(lockFile(path, { transient: true }), undefined)
  first!.release()
  t.notOk(existsSync(path))

  const holders = `
    import { lockFile } from ${JSON.stringify(new URL('../../lib/database/fileLock.ts', import.meta.url).href)}
    import { appendFileSync } from 'node:fs'
    const [path, log] = process.argv.slice(1)
    for (let taken = 0; taken < 20; ) {
      const lock = lockFile(path, { transient: true })
      if (lock === undefined) continue
      appendFileSync(log, '[')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3)
      appendFileSync(log, ']')
      lock.release()
      taken += 1
    }`
  const log = `${path}.log`
  const words = ['--input-type=module-typescript', '-e', holders, path, log]
  const all = [1, 2, 3].map(() => spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] }))
  const codes = await Promise.all(all.map(async (child) => (await once(child, 'exit'))[0]))
  t.strictSame(codes, [0, 0, 0])
  t.equal(readFileSync(log, 'utf8'), '[]'.repeat(60), 'nobody had it beside another')
  t.notOk(existsSync(path))
})
