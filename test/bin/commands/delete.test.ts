import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { type Home, home } from '../elysiactl.ts'
import { idOf } from '../filled.ts'

const TARGET = { ELYSIACTL_TARGET: 'sqlite:s.db' }
const FILTER = ['--filter', "title LIKE '%7'"]

/** A home with a collection of a thousand objects; every tenth title ends in a seven. */
async function stocked(t: Test): Promise<Home> {
  const at = home(t, {}, TARGET)
  const store = await openSqlite(join(at.directory, 's.db'))
  await store.create({
    class: 'Doc',
    vectorizer: 'none',
    properties: [{ name: 'title', dataType: ['text'] }],
  })
  const objects = Array.from({ length: 1000 }, (_, n) => ({
    id: idOf(n),
    properties: { title: `title ${n}` },
  }))
  await store.collection('Doc').write(objects)
  await store.close()
  return at
}

async function printed(at: Home): Promise<string> {
  return (await at.run(['col', 'cat', 'Doc'])).stdout
}

t.test('objects are looked at, deleted, and brought back by the line that it prints', async (t) => {
  const at = await stocked(t)
  const before = await printed(at)
  const looked = await at.run(['col', 'delete', 'Doc', ...FILTER, '--dry-run', '--explain'])
  t.equal(looked.code, 0, looked.stderr)
  t.match(looked.stderr, /filter: scans all objects.*\n.*filter: 1000 objects read, 100 selected/)
  t.match(looked.stderr, /dry run: nothing is deleted\n.*where title LIKE '%7'\n +objects +100\n/)
  const deleted = await at.run(['col', 'delete', 'Doc', ...FILTER, '--yes'])
  t.equal(deleted.code, 0, deleted.stderr)
  t.match(deleted.stderr, /objects +100\n +deleted +100\n/)
  t.equal((await printed(at)).split('\n').length, 901)
  const [, id = ''] = /undo it with: elysiactl col rollback (\S+)/.exec(deleted.stderr) ?? []
  const back = await at.run(['col', 'rollback', id])
  t.equal(back.code, 0, back.stderr)
  t.equal(await printed(at), before)
  t.match((await at.run(['index', 'status'])).stdout, /delete.*100 objects: 100 deleted/)
})

t.test('it asks, and refuses what nobody can have meant', async (t) => {
  const at = await stocked(t)
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [['Doc', ...FILTER], 2, /there is no terminal to ask on/],
    [['Doc', '--yes'], 2, /nothing says which objects/],
    [['Doc', '--yes', '--filter', 'title =='], 2, /column 7/],
    [['Doc', '--yes', '--filter', "title LIKE '%'"], 5, /would delete 1000 of 1000 objects \(100.0 %\)/],
    [['Dok', '--yes', ...FILTER], 10, /did you mean Doc/],
  ]
  for (const [words, code, text] of cases) {
    const ended = await at.run(['col', 'delete', ...words])
    t.equal(ended.code, code, `${words.join(' ')}: ${ended.stderr}`)
    t.match(ended.stderr, text)
  }
  const some = await at.run([
    'col',
    'delete',
    'Doc',
    '--yes',
    '--objects',
    `${idOf(1)},${idOf(5000)}`,
    '--json',
  ])
  t.equal(some.code, 3)
  t.match(JSON.parse(some.stdout), { deleted: 1, not_found: 1 })
})

for (const point of ['delete.before-undo', 'delete.undo-kept', 'delete.deleted']) {
  t.test(`killed at ${point}, what it deleted comes back`, async (t) => {
    const at = await stocked(t)
    const before = await printed(at)
    const dying = ['env', 'ELYSIACTL_TEST=1', `ELYSIACTL_FAILPOINT=${point}`]
    const words = ['col', 'delete', 'Doc', ...FILTER, '--yes', '--run-id', 'mine']
    t.equal((await at.start(words, dying).ended).code, null, 'it was killed')
    const back = await at.run(['col', 'rollback', 'mine', '--json'])
    t.equal(back.code, 0, back.stderr)
    t.equal(await printed(at), before)
    const again = await at.run(['col', 'delete', 'Doc', ...FILTER, '--yes', '--json'])
    t.match(JSON.parse(again.stdout), { deleted: 100, left: 0 })
  })
}
