import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readRun } from '../../../lib/run/journal/readRun.ts'
import { openState } from '../../../lib/run/state.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'

t.test('a run of another journal is read, also while somebody writes to it', async (t) => {
  const directory = t.testdir({})
  const file = join(directory, 'store.db')
  const store = await openSqlite(file)
  t.teardown(() => store.close())
  const { journal } = openState(store, join(directory, 'state'))
  journal.begin('one', { target: store.target, class: 'A', inputs: ['a.jsonl'] }, 'a')
  t.match(readRun(file, 'one'), { run: 'one', status: 'running', inputs: ['a.jsonl'] })
  store.database.transaction(() => {
    journal.note('one', { written: 1 })
    t.match(readRun(file, 'one'), { counts: undefined }, 'as it was last committed')
  })()
  t.match(readRun(file, 'one'), { counts: { written: 1 } })
  t.equal(readRun(file, 'two'), undefined)
})

t.test('a journal that is not there or cannot be read has no runs, and none is made', (t) => {
  const directory = t.testdir({})
  const missing = join(directory, 'missing.db')
  t.equal(readRun(missing, 'one'), undefined)
  t.notOk(existsSync(missing))
  writeFileSync(join(directory, 'other.db'), 'not a database')
  t.equal(readRun(join(directory, 'other.db'), 'one'), undefined)
  t.end()
})
