// Cleanup and rebuild, interrupted and killed: no archive is left in part, and the same command does the rest.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { things } from '../../job/backup/archived.ts'
import { type Home, home, type Started } from '../elysiactl.ts'

const COUNT = 30
const CLEANUP = ['col', 'catalog', 'cleanup', '--keep-last', '1', '--include-outside', '--yes']
const REBUILD = ['col', 'catalog', 'rebuild', 'archives']

const made: Files[] = []
const store = await things(2)
for (let n = 0; n < COUNT; n++) {
  const files: Files = new Map()
  await backup(store, 'Thing', memoryStorage(files), { compression: 'none' })
  made.push(files)
}

/** A home with so many archives of one collection that no catalog knows. */
async function withArchives(t: Test, count = COUNT): Promise<Home> {
  const at = home(t)
  for (const [n, files] of made.slice(0, count).entries()) {
    for (const [name, bytes] of files) {
      const path = join(at.directory, 'archives', `a${n}`, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, bytes)
    }
  }
  return at
}

interface Listed {
  readonly total: number
  readonly archives: readonly { readonly status: string; readonly location: string }[]
  readonly unreadable: readonly unknown[]
}

async function listed(at: Home): Promise<Listed> {
  return JSON.parse((await at.run(['col', 'catalog', 'list', '--limit', '0', '--json'])).stdout)
}

/** What lies there, by a catalog that is made again from it. */
async function rebuilt(at: Home): Promise<Record<string, unknown>> {
  return JSON.parse((await at.run([...REBUILD, '--json'])).stdout).roots[0]
}

/** Resolves once the command has its lock on the archives. */
async function locked(at: Home, { child }: Started): Promise<void> {
  const locks = join(at.directory, 'archives', '.locks')
  while (child.exitCode === null && (!existsSync(locks) || readdirSync(locks).length === 0)) await wait(2)
}

/** The command that an interrupted one names, as a shell would take it. */
function named(stderr: string): string[] {
  const [, words = ''] = /^interrupted; begin again with: elysiactl (.*)$/m.exec(stderr) ?? []
  return words.split(' ')
}

t.test(
  'Ctrl-C ends a cleanup after the archive at hand; the command that it names does the rest',
  async (t) => {
    const at = await withArchives(t)
    await at.run(REBUILD)
    const { child, says, ended } = at.start([...CLEANUP, '-v'])
    await says('removed')
    child.kill('SIGINT')
    const { code, stderr } = await ended
    t.equal(code, 130, stderr)
    t.match(stderr, /^stopping\b/m)
    const [row] = JSON.parse((await at.run(['index', 'status', '--json'])).stdout).runs
    t.match(row, { kind: 'cleanup', status: 'interrupted', counts: { archives: COUNT - 1, failed: 0 } })
    const { removed } = row.counts
    t.ok(removed > 0 && removed < COUNT - 1, `${removed} removed`)
    t.match(await rebuilt(at), { complete: COUNT - removed, deleting: 0, partial: 0, unreadable: [] })
    const again = await at.run(named(stderr))
    t.match(again, { code: 0 }, again.stderr)
    t.equal((await listed(at)).total, 1)
    t.match(await rebuilt(at), { complete: 1, deleting: 0 })
  },
)

for (const point of ['after-manifest', 'before-directory']) {
  t.test(`a cleanup that is killed ${point} is finished by the next one`, async (t) => {
    const at = await withArchives(t, 8)
    await at.run(REBUILD)
    const failpoint = ['ELYSIACTL_TEST=1', `ELYSIACTL_FAILPOINT=cleanup.${point}:3`]
    const killed = await at.start(CLEANUP, ['env', ...failpoint]).ended
    t.not(killed.code, 0)
    const { archives } = await listed(at)
    t.equal(archives.filter(({ status }) => status === 'deleting').length, 1, 'the one at hand')
    t.strictSame(
      archives.filter(({ status }) => !['deleting', 'complete'].includes(status)),
      [],
    )
    t.match(await at.run(CLEANUP), { code: 0 })
    t.match(await rebuilt(at), { complete: 1, deleting: 0, partial: 0, unreadable: [] })
    t.equal(readdirSync(join(at.directory, 'archives')).filter((name) => !name.startsWith('.')).length, 1)
  })
}

t.test(
  'Ctrl-C in a rebuild forgets nothing that was known, and the command that it names does the rest',
  async (t) => {
    const at = await withArchives(t)
    await at.run(REBUILD)
    const begun = at.start(REBUILD)
    await locked(at, begun)
    begun.child.kill('SIGINT')
    const { code, stderr } = await begun.ended
    t.equal(code, 130, stderr)
    t.equal((await listed(at)).total, COUNT)
    t.match(await at.run(named(stderr)), { code: 0, stderr: new RegExp(`${COUNT} complete, 0 partial`) })
  },
)

t.test('a rebuild that is killed is done again by the same command, whatever it had noted', async (t) => {
  const at = await withArchives(t)
  // From the second time on there is a lock at once, of the one that was killed: some of this is its start.
  for (const afterMs of [0, 150 + 80 * Math.random(), 150 + 80 * Math.random()]) {
    const begun = at.start(REBUILD)
    await locked(at, begun)
    await wait(afterMs)
    begun.child.kill('SIGKILL')
    await begun.ended
    const { archives, unreadable } = await listed(at)
    t.strictSame(
      archives.filter(({ status }) => status !== 'complete'),
      [],
    )
    t.strictSame(unreadable, [])
  }
  t.match(await rebuilt(at), { complete: COUNT, partial: 0, gone: 0, unreadable: [] })
  t.equal((await listed(at)).total, COUNT)
})
