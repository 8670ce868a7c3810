// What restores keep on the disk goes once no command will continue them.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runRestore } from '../../../lib/job/restore/restore.ts'
import { makeRunDirectory, removeDeadRuns, runDirectory } from '../../../lib/job/restore/runDirectory.ts'
import { openState, type State } from '../../../lib/run/state.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { archiveOf } from '../backup/archived.ts'
import { sourceOf } from './restored.ts'

const TARGET = 'http://here:8080'

function stateOf(t: Test): State {
  const state = openState(undefined, t.testdir())
  t.teardown(() => state.close())
  return state
}

/** A restore into a class, with a directory; `status` is how it ended, undefined while it is at work. */
function began(state: State, run: string, archive: string, status?: 'done' | 'interrupted'): void {
  const key = { target: TARGET, class: 'Thing', inputs: [`archive ${archive}`] }
  state.journal.begin(run, key, 'Thing', 'restore')
  makeRunDirectory(state, run, TARGET)
  writeFileSync(join(runDirectory(state, run), 'a.links'), '[]\n')
  if (status !== undefined) state.journal.finish(run, status)
}

const left = ({ directory }: State) => readdirSync(join(directory, 'restores')).toSorted()

t.test('only what a command may still continue stays', async (t) => {
  const state = stateOf(t)
  began(state, 'over', 'A', 'done')
  began(state, 'replaced', 'B', 'interrupted')
  began(state, 'continued', 'B', 'interrupted')
  began(state, 'at-work', 'C')
  await removeDeadRuns(state, TARGET)
  t.strictSame(left(state), ['at-work', 'continued'])
})

t.test(
  'the directory of a run that the journal has forgotten goes, where it is of this target',
  async (t) => {
    const state = stateOf(t)
    makeRunDirectory(state, 'pruned', TARGET)
    makeRunDirectory(state, 'of-another', 'sqlite:/elsewhere.db')
    mkdirSync(runDirectory(state, 'of-an-older-version'))
    await removeDeadRuns(state, TARGET)
    t.strictSame(left(state), ['of-an-older-version', 'of-another'])
  },
)

t.test(
  'a collection that is removed takes with it what its restores have kept, at the next restore',
  async (t) => {
    const state = stateOf(t)
    began(state, 'stopped', 'A', 'interrupted')
    state.database.exec('CREATE TABLE restored_parts (run TEXT, part TEXT, facts TEXT)')
    state.database.exec(`INSERT INTO restored_parts VALUES ('stopped', 'p', '{}')`)
    state.journal.forget(TARGET, 'Thing')
    await removeDeadRuns(state, TARGET)
    t.strictSame(left(state), [])
    t.equal(state.database.prepare('SELECT count(*) FROM restored_parts').pluck().get(), 0)
  },
)

t.test('a restore sweeps before it begins, and leaves nothing of its own', async (t) => {
  const state = stateOf(t)
  const store = openMemory()
  makeRunDirectory(state, 'pruned', store.target)
  const source = await sourceOf(await archiveOf(20))
  const { error } = await runRestore(source, store, {}, { state, runId: 'mine' })
  t.equal(error, undefined)
  t.notOk(existsSync(runDirectory(state, 'pruned')))
  t.notOk(existsSync(runDirectory(state, 'mine')))
})
