import { appendFileSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { SharedRejects } from '../../../lib/job/watch/sharedRejects.ts'
import { openState } from '../../../lib/run/state.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { add, pass, placeOf } from './watching.ts'

/** A watch of one store that shares its state directory and its rejects file with others. */
async function watchOf(t: Test, root: string, name: string, rejectsPath: string) {
  const store = await openSqlite(join(root, name))
  const state = openState(store, join(root, 'state'))
  t.teardown(() => store.close())
  const key = { target: store.target, class: 'A', inputs: ['a.jsonl'] }
  return {
    state,
    open: () => SharedRejects.open(store.database, { rejectsPath, state })!,
    /** The journal as a killed process leaves it, which had settled so many bytes of the rejects file. */
    killedAt(run: string, rejectsBytes: number) {
      state.journal.begin(run, key, 'a')
      const checkpoint = JSON.stringify({ rejectsPath, rejectsBytes, tally: {} })
      store.database.prepare('UPDATE runs SET checkpoint = ? WHERE run = ?').run(checkpoint, run)
    },
  }
}

t.test(
  'watches into two stores that share a rejects file know where the lines of the other end',
  async (t) => {
    const root = t.testdir({})
    const path = join(root, 'rejects.jsonl')
    const [one, other] = [await watchOf(t, root, 'a.db', path), await watchOf(t, root, 'b.db', path)]

    const first = one.open()
    t.throws(() => other.open(), { code: 'ELYSIA_LOCKED' })
    t.equal(first.startOf('run'), 0)
    one.killedAt('run', 8)
    writeFileSync(path, 'settled\nnot settled\n')
    first.close()

    const second = other.open()
    t.equal(
      second.startOf('run'),
      8,
      'what a killed run had not settled is cut off, in whichever journal it is',
    )
    truncateSync(path, 8)
    appendFileSync(path, 'of the other\n')
    other.state.journal.begin('run', { target: 'b', class: 'A', inputs: [] }, 'a')
    other.state.journal.finish('run', 'done')
    second.close()

    const again = one.open()
    t.equal(again.startOf('run'), 21, 'a run that is continued does not cut what others have written since')
    t.equal(again.startOf('run'), 21)
    again.close()
  },
)

t.test('a rejects file has one record and one lock under all of its names', async (t) => {
  const root = t.testdir({ 'rejects.jsonl': 'of others\n' })
  symlinkSync(join(root, 'rejects.jsonl'), join(root, 'link.jsonl'))
  const one = await watchOf(t, root, 'a.db', join(root, 'rejects.jsonl'))
  const other = await watchOf(t, root, 'b.db', join(root, 'link.jsonl'))
  const first = one.open()
  t.throws(() => other.open(), { code: 'ELYSIA_LOCKED' })
  t.equal(first.startOf('run'), 10)
  one.killedAt('run', 10)
  appendFileSync(join(root, 'rejects.jsonl'), 'not settled\n')
  first.close()
  const second = other.open()
  t.equal(second.startOf('next'), 10)
  second.close()
})

t.test('one watch after another into stores of their own append to the file that they share', async (t) => {
  const place = placeOf(t, { 'a.jsonl': `bad\n${add('a', '1')}`, 'b.jsonl': 'worse\n' })
  const rejectsPath = join(place.inbox, '../rejects.jsonl')
  await pass(place, {}, [], { rejectsPath })
  await pass({ ...place, database: join(place.inbox, '../other.db') }, {}, [], { rejectsPath })
  const sources = readFileSync(rejectsPath, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { source: string }).source.slice(-7))
  t.strictSame(sources, ['a.jsonl', 'b.jsonl', 'a.jsonl', 'b.jsonl'])
})
