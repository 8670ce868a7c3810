import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type LockOptions, lockRoot } from '../../../lib/catalog/lock/lock.ts'
import { thisOwner } from '../../../lib/catalog/lock/process.ts'
import { unlockRoot } from '../../../lib/catalog/lock/unlock.ts'
import { texts } from '../../run/listening.ts'
import { oneFile } from '../../run/oneFile.ts'

const PROCESS = oneFile(new URL('./lockProcess.ts', import.meta.url))
const timing = { heartbeatMs: 200, settleMs: 20 }

function take(root: string, kind: 'shared' | 'exclusive', more: Partial<LockOptions> = {}) {
  return lockRoot(root, { kind, purpose: 'test', timing, ...more })
}

function files(root: string): string[] {
  return readdirSync(`${root}/.locks`)
}

/** Another process that holds a lock. */
async function holding(t: Test, root: string, kind: string, heartbeatMs = 200) {
  const child = spawn(process.execPath, [PROCESS, root, kind, String(heartbeatMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  child.stdout.setEncoding('utf8')
  await once(child.stdout, 'data')
  return child
}

/** A lock file as another machine would have made it. */
function strange(root: string, more: object = {}): string {
  mkdirSync(`${root}/.locks`, { recursive: true })
  const file = `${root}/.locks/abcdef0123456789.json`
  const owner = { ...thisOwner(), host: 'elsewhere', boot: 'another', pid: 1 }
  const record = { kind: 'exclusive', purpose: 'cleanup', since: '2026-01-01T00:00:00Z', heartbeatMs: 200 }
  writeFileSync(file, JSON.stringify({ ...owner, ...record, id: 'abcdef0123456789', counter: 1, ...more }))
  return file
}

t.test('shared locks stand together, an exclusive one alone', async (t) => {
  const root = t.testdir()
  const shared = [await take(root, 'shared'), await take(root, 'shared')]
  const refused = { code: 'ELYSIA_LOCKED', message: /is locked by a test since .* \(process \d+/ }
  await t.rejects(take(root, 'exclusive'), refused)
  t.equal(files(root).length, 2, 'which leaves no file of its own')
  for (const lock of shared) await lock.release()
  const alone = await take(root, 'exclusive')
  await t.rejects(take(root, 'shared'), refused)
  await t.rejects(take(root, 'exclusive'), refused)
  await alone.release()
  await alone.release()
  t.same(files(root), [])
})

t.test('of many that want it at once, one at a time has the exclusive lock', async (t) => {
  const root = t.testdir()
  let owners = 0
  let most = 0
  const work = async () => {
    const lock = await take(root, 'exclusive', { retryForMs: 20_000 })
    owners += 1
    most = Math.max(most, owners)
    await wait(5)
    owners -= 1
    await lock.release()
  }
  await Promise.all(Array.from({ length: 5 }, work))
  t.equal(most, 1)
})

t.test('a lock is waited for, once it is said whose', async (t) => {
  const root = t.testdir()
  const first = await take(root, 'exclusive')
  const said: string[] = []
  const second = take(root, 'shared', { retryForMs: 20_000, onWait: texts(said) })
  await wait(150)
  await first.release()
  await (await second).release()
  t.match(said, [/^waits for a test since /])
  t.equal(said.length, 1)
  const held = await take(root, 'exclusive')
  const stop = AbortSignal.timeout(100)
  await t.rejects(take(root, 'exclusive', { retryForMs: 20_000, signal: stop }), { name: /Abort|Timeout/ })
  await held.release()
})

t.test('a killed process keeps no lock: the next one has it at once', async (t) => {
  const root = t.testdir()
  const child = await holding(t, root, 'exclusive', 600_000)
  await t.rejects(take(root, 'shared'), {
    code: 'ELYSIA_LOCKED',
    message: new RegExp(`process ${child.pid} `),
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = await take(root, 'exclusive')
  t.equal(files(root).length, 1)
  await lock.release()
})

const noBeginnings = thisOwner().startTicks === undefined && 'nothing says here when a process began'

t.test('a pid that was used again is not the owner', { skip: noBeginnings }, async (t) => {
  const root = t.testdir()
  strange(root, { ...thisOwner(), startTicks: '1' })
  await (await take(root, 'exclusive')).release()
})

t.test(
  'the lock of another machine is taken over once its counter stood still for three heartbeats',
  async (t) => {
    const root = t.testdir()
    strange(root)
    await t.rejects(take(root, 'shared'), { code: 'ELYSIA_LOCKED', message: /on elsewhere/ })
    const startedMs = performance.now()
    const lock = await take(root, 'exclusive', { retryForMs: 20_000 })
    t.ok(performance.now() - startedMs >= 600, 'and not before')
    await lock.release()
  },
)

t.test('it is not taken over while its counter goes up, however old its time is', async (t) => {
  const root = t.testdir()
  let counter = 1
  const timer = setInterval(() => strange(root, { counter: ++counter }), 150)
  t.teardown(() => clearInterval(timer))
  strange(root)
  await t.rejects(take(root, 'exclusive', { retryForMs: 1500 }), { code: 'ELYSIA_LOCKED' })
  clearInterval(timer)
})

t.test('a heartbeat keeps its lock from others, and counts', async (t) => {
  const root = t.testdir()
  const child = await holding(t, root, 'exclusive')
  const counter = () => JSON.parse(readFileSync(`${root}/.locks/${files(root)[0]}`, 'utf8')).counter
  const before = counter()
  await t.rejects(take(root, 'exclusive', { retryForMs: 1500 }), { code: 'ELYSIA_LOCKED' })
  t.ok(counter() > before)
  child.stdin.end()
  t.same(await once(child, 'exit'), [0, null])
  t.same(files(root), [])
})

t.test('a heartbeat that fails is tried again, four times as often, and the lock is kept', async (t) => {
  const root = t.testdir()
  const lock = await take(root, 'exclusive', { timing: { heartbeatMs: 400, settleMs: 20 } })
  t.teardown(() => lock.release())
  const handle = await open(`${root}/.locks/${files(root)[0]}`, 'r')
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const { write } = prototype
  t.teardown(() => {
    prototype.write = write
  })
  let [failed, written] = [0, 0]
  const fails = () => failed < 2
  // The disk takes nothing for a while: a beat is due after 360 ms, and the lock lost after 900 ms.
  prototype.write = function (this: FileHandle, ...words: never[]) {
    if (fails()) {
      failed += 1
      return Promise.reject(new Error('EIO'))
    }
    written += 1
    return (write as (...words: never[]) => Promise<never>).apply(this, words)
  } as typeof write
  const began = performance.now()
  while (written === 0 && !lock.lost.aborted) await wait(5)
  const tookMs = performance.now() - began
  t.equal(failed, 2)
  t.notOk(lock.lost.aborted, `it is kept, after ${Math.round(tookMs)} ms`)
  await lock.check()
  const before = written
  await wait(800)
  t.ok(written > before, 'it goes on')
  t.ok(written - before <= 3, `once a heartbeat: ${written - before} in 800 ms`)
})

t.test('who lost the lock is told to stop, by check and by signal, and makes no new file', async (t) => {
  const root = t.testdir()
  const lock = await take(root, 'exclusive')
  await lock.check()
  rmSync(`${root}/.locks/${files(root)[0]}`)
  await t.rejects(lock.check(), { code: 'ELYSIA_LOCKED', message: /was taken away/ })
  t.ok(lock.lost.aborted)
  const child = await holding(t, root, 'exclusive')
  rmSync(`${root}/.locks/${files(root)[0]}`)
  t.same(await once(child.stdout, 'data'), ['lost\n'])
  t.same(files(root), [])
  await lock.release()
})

t.test('a process that was stopped for too long gives up when it goes on', async (t) => {
  const root = t.testdir()
  const child = await holding(t, root, 'exclusive')
  child.kill('SIGSTOP')
  await wait(700)
  child.kill('SIGCONT')
  t.same(await once(child.stdout, 'data'), ['lost\n'])
})

t.test('a file that says nothing is in the way until it stood still, and is never removed', async (t) => {
  const name = '0000000000000000.json'
  const root = t.testdir({ '.locks': { [name]: '{"half' } })
  await t.rejects(take(root, 'shared'), {
    code: 'ELYSIA_LOCKED',
    message: /0000\.json, which does not name its owner/,
  })
  await (await take(root, 'shared', { retryForMs: 20_000 })).release()
  t.match(await unlockRoot(root, { all: true, timing }), [{ removed: false }])
  t.same(files(root), [name])
})

/** Files that are no locks, in a root whose locks are taken, waited for and taken away. */
const NO_LOCKS = {
  'accounts.json': '{"customers":[1]}',
  '0123456789abcdef.JSON': '{"counter":1,"pid":1,"kind":"shared"}',
  '0123456789abcdef.json.bak': '{}',
  'fedcba9876543210.json': '{"counter":1,"pid":1,"kind":"exclusive","name":"customer"}',
  'ffffffffffffffff.json': 'x'.repeat(70_000),
}

t.test('files that are no locks are neither read nor removed', async (t) => {
  const root = t.testdir({ '.locks': NO_LOCKS })
  await (await take(root, 'exclusive', { retryForMs: 20_000 })).release()
  await unlockRoot(root, { all: true, timing })
  for (const [name, content] of Object.entries(NO_LOCKS))
    t.equal(readFileSync(`${root}/.locks/${name}`, 'utf8'), content, name)
})

t.test('a link in the place of the locks, or of one, is not followed', async (t) => {
  const mine = { 'aaaaaaaaaaaaaaaa.json': '{"my":"data"}' }
  const root = t.testdir({ mine, linked: {}, one: { '.locks': {} } })
  const record = readFileSync(strange(root), 'utf8')
  writeFileSync(`${root}/mine/bbbbbbbbbbbbbbbb.json`, record)
  symlinkSync(`${root}/mine`, `${root}/linked/.locks`)
  symlinkSync(`${root}/mine/bbbbbbbbbbbbbbbb.json`, `${root}/one/.locks/cccccccccccccccc.json`)
  const refused = { code: 'ELYSIA_CONFLICT', message: /\.locks is a link/ }
  for (const kind of ['shared', 'exclusive'] as const)
    await t.rejects(take(`${root}/linked`, kind, { retryForMs: 5000 }), refused)
  await t.rejects(unlockRoot(`${root}/linked`, { all: true, timing }), refused)
  await (await take(`${root}/one`, 'exclusive')).release()
  t.same(await unlockRoot(`${root}/one`, { all: true, timing }), [])
  t.same(readdirSync(`${root}/mine`), ['aaaaaaaaaaaaaaaa.json', 'bbbbbbbbbbbbbbbb.json'])
  t.equal(readFileSync(`${root}/mine/bbbbbbbbbbbbbbbb.json`, 'utf8'), record)
  t.same(files(`${root}/one`), ['cccccccccccccccc.json'])
})

t.test('a pipe or directory with the name of a lock hangs nobody', async (t) => {
  const root = t.testdir({ '.locks': { 'eeeeeeeeeeeeeeee.json': {} } })
  t.equal(spawnSync('mkfifo', [`${root}/.locks/dddddddddddddddd.json`]).status, 0)
  await (await take(root, 'exclusive')).release()
  t.same(await unlockRoot(root, { all: true, timing }), [])
  t.same(files(root), ['dddddddddddddddd.json', 'eeeeeeeeeeeeeeee.json'])
})

t.test('whatever stands in a lock file, taking a lock ends, and no other file goes', async (t) => {
  const json = fc.oneof(
    fc.json().map((text) => text),
    fc.string(),
    fc.nat(40_000).map((depth) => '['.repeat(depth)),
    fc
      .record({ pid: fc.anything(), kind: fc.anything(), counter: fc.anything(), heartbeatMs: fc.anything() })
      .map((record) => JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? 1 : value)) ?? ''),
  )
  const root = t.testdir({ '.locks': {} })
  const file = `${root}/.locks/0123456789abcdef.json`
  const quick = { heartbeatMs: 4, settleMs: 1 }
  await fc.assert(
    fc.asyncProperty(json, async (text) => {
      writeFileSync(file, text)
      const lock = await take(root, 'exclusive', { retryForMs: 5000, timing: quick })
      await lock.release()
      return readFileSync(file, 'utf8') === text
    }),
    { numRuns: 40 },
  )
})

t.test('unlock takes away stale locks only, and all where it is told', async (t) => {
  const root = t.testdir()
  const child = await holding(t, root, 'shared')
  strange(root, { kind: 'shared' })
  const first = await unlockRoot(root, { timing })
  t.match(first.map(({ owner, removed }) => [owner.includes('elsewhere'), removed]).sort(), [
    [false, false],
    [true, true],
  ])
  t.match(await unlockRoot(root, { all: true, timing }), [{ removed: true }])
  t.same(await once(child.stdout, 'data'), ['lost\n'])
  t.same(await unlockRoot(root, { timing }), [])
  t.same(await unlockRoot(`${root}/nowhere`, { timing }), [])
})

t.test('a root that cannot be written to is said', async (t) => {
  const root = t.testdir({ file: '' })
  await t.rejects(take(`${root}/file`, 'shared'), { code: 'ELYSIA_STATE', message: /cannot lock/ })
})
