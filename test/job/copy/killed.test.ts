// A copy that is killed at each step in turn ends where one that was not killed ends.
import t from 'tap'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { home } from '../../bin/elysiactl.ts'
import { THING, thing } from '../backup/archived.ts'
import { objectsOf } from '../restore/restored.ts'
import { somePoints } from '../runs.ts'

/** So many that the source is cut into several ranges. */
const MANY = 5500

/** Written through the alias once it was switched. */
const SINCE = 'ffffffff-0000-4000-8000-00000000ffff'

/** Each process goes on where the one before it was killed. */
const FAILPOINTS = ['restore.made', 'restore.after-note:2', 'copy.pass-noted', 'copy.compared']
const SWITCHED = 'restore.switched'

t.test('killed from step to step, a copy is complete and its alias is switched', async (t) => {
  const { run, start, directory } = home(t, {}, { ELYSIACTL_TEST: '1' })
  const [one, other] = [`${directory}/one.db`, `${directory}/other.db`]
  const source = await openSqlite(one)
  await source.create({ ...THING, properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }] })
  const all = Array.from({ length: MANY }, (_, n) => thing(n, MANY))
  await source.collection('Thing').write(all)
  const beacons = [`weaviate://localhost/Thing/${all[1]!.id}`]
  await source.collection('Thing').link([{ id: all[0]!.id, property: 'next', beacons }])
  const expected = await objectsOf(source, 'Thing')
  await source.close()
  const words = [
    'col',
    'copy',
    `sqlite:${one}#Thing`,
    `sqlite:${other}#`,
    '--finish',
    '--switch-alias',
    'Live',
  ]
  for (const failpoint of [...somePoints(FAILPOINTS, 1), SWITCHED]) {
    const { code } = await start([...words, '-q'], ['env', `ELYSIACTL_FAILPOINT=${failpoint}`]).ended
    t.not(code, 0, `killed at ${failpoint}`)
  }
  const reader = await openSqlite(other)
  await reader.collection('Thing').write([{ id: SINCE, properties: { title: 'since' } }])
  await reader.close()
  const { code, stdout, stderr } = await run([...words, '--json'])
  t.equal(code, 0, stderr)
  const [report] = JSON.parse(stdout).copies
  t.match(report, { status: 'done', follow: { state: 'finished' }, alias: { name: 'Live', switched: true } })
  const target = await openSqlite(other)
  t.teardown(() => target.close())
  const kept = (await objectsOf(target, 'Thing')).filter(({ id }) => id !== SINCE)
  t.same(kept, expected)
  t.equal(await target.collection('Thing').count(), MANY + 1, 'what was written through the alias stays')
  t.same(await target.aliases(), [{ alias: 'Live', collection: 'Thing' }])
})
