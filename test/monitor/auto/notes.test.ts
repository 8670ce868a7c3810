import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { thisOwner } from '../../../lib/catalog/lock/process.ts'
import { AutoNotes } from '../../../lib/monitor/auto/notes.ts'
import { directory } from '../../job/targets.ts'

const DAY = 86_400_000

t.test('policies are remembered, and those that are no more are forgotten after a while', async (t) => {
  const at = directory(t)
  const notes = new AutoNotes(at)
  notes.see(['a', 'b'], 10 * DAY)
  notes.settle('a', 11 * DAY, 3)
  t.match(new AutoNotes(at).of('a', 0), { seen: 10 * DAY, settled: 11 * DAY, exit: 3 })
  const later = new AutoNotes(at)
  later.see(['b'], 150 * DAY)
  t.match(new AutoNotes(at).of('a', 1), { seen: 1 })
  t.match(new AutoNotes(at).of('b', 1), { seen: 10 * DAY })
})

t.test('a clock that was set back makes what is remembered none of the future', async (t) => {
  const at = directory(t)
  const notes = new AutoNotes(at)
  notes.see(['a'], 400 * DAY)
  notes.settle('a', 400 * DAY, 0)
  notes.see(['a'], 10 * DAY)
  t.match(new AutoNotes(at).of('a', 0), { seen: 10 * DAY, settled: 10 * DAY, known: 10 * DAY })
  notes.see(['a'], 10 * DAY - 60_000)
  t.match(new AutoNotes(at).of('a', 0), { settled: 10 * DAY }, 'by a minute it makes nothing due again')
})

t.test('a policy whose machine went down is not at work for ever', async (t) => {
  const notes = new AutoNotes(directory(t))
  notes.begin('a', { command: ['a'], since: 1, owner: { ...thisOwner(), boot: 'before' } })
  t.equal(notes.stillRunning('a', 2), undefined)
  notes.begin('a', { command: ['a'], since: 1, owner: thisOwner() })
  t.ok(notes.stillRunning('a', 2))
})

t.test('a damaged file is moved aside, but for one who only looks', async (t) => {
  for (const text of ['', '{', '[]', '{"version":2}', '{"version":1,"policies":{"a":{"seen":"x"}}}']) {
    const at = directory(t)
    writeFileSync(`${at}/auto.json`, text)
    t.match(new AutoNotes(at, { look: true }).of('a', 5), { seen: 5 })
    t.equal(readFileSync(`${at}/auto.json`, 'utf8'), text)
    const notes = new AutoNotes(at)
    t.equal(notes.movedTo, `${at}/auto.json.damaged`)
    t.notOk(existsSync(`${at}/auto.json`))
    notes.see(['a'], 7)
    t.match(new AutoNotes(at), { movedTo: undefined })
  }
})

t.test('where nothing can be written that is an error with the path', async (t) => {
  const at = directory(t)
  writeFileSync(`${at}/file`, '')
  t.throws(() => new AutoNotes(`${at}/file`), { code: 'ELYSIA_STATE', message: /file/ })
})
