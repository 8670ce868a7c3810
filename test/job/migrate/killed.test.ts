// A migration that is killed anywhere: the same command goes on, and the alias means one complete collection all along.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { MigrateReport } from '../../../lib/job/migrate/report.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { THING, thing } from '../backup/archived.ts'
import { objectsOf } from '../restore/restored.ts'
import { somePoints } from '../runs.ts'

const COMMAND = fileURLToPath(new URL('../../../bin/elysiactl.js', import.meta.url))
const OBJECTS = 100
const FAILPOINTS = [
  'restore.made',
  'copy.pass-noted:1',
  'copy.last-pass',
  'copy.compared',
  'restore.before-switch',
]
const SWITCHED = 'restore.switched'

/** Written through the alias once it was switched. */
const SINCE = 'ffffffff-0000-4000-8000-00000000ffff'

const home = t.testdir()
const file = `${home}/store.db`

async function migrate(words: readonly string[], failpoint?: string) {
  const env = {
    ...process.env,
    XDG_DATA_HOME: `${home}/data`,
    XDG_STATE_HOME: `${home}/state`,
    ...(failpoint !== undefined && { ELYSIACTL_TEST: '1', ELYSIACTL_FAILPOINT: failpoint }),
  }
  const all = ['col', 'migrate', 'Live', '--target', `sqlite:${file}`, '--json', ...words]
  const child = spawn(process.execPath, [COMMAND, ...all], { env })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const report = output === '' ? undefined : (JSON.parse(output) as MigrateReport)
  return { code, errors, report }
}

/** What the alias means, and how many objects are found through it. */
async function throughAlias() {
  const store = await openSqlite(file)
  const [alias] = await store.aliases()
  const objects = await objectsOf(store, alias!.collection)
  await store.close()
  return { means: alias!.collection, objects: objects.length }
}

t.test('killed at one step after another, it ends where one that was not killed ends', async (t) => {
  const store = await openSqlite(file)
  await store.create({ ...THING, class: 'Thing' })
  await store.collection('Thing').write(Array.from({ length: OBJECTS }, (_, n) => thing(n, OBJECTS)))
  await store.createAlias({ alias: 'Live', collection: 'Thing' })
  await store.close()
  for (const point of [...somePoints(FAILPOINTS, 2), SWITCHED]) {
    const { code, errors } = await migrate(['--drop', 'count'], point)
    t.equal(code, null, `${point}: ${errors}`)
    const means = point === SWITCHED ? 'Live_v1' : 'Thing'
    t.strictSame(await throughAlias(), { means, objects: OBJECTS }, point)
  }
  const written = await openSqlite(file)
  await written.collection('Live_v1').write([{ id: SINCE, properties: { title: 'since' } }])
  await written.close()
  // All is done but for the note of it.
  t.equal((await migrate(['--drop', 'count'], 'migrate.copied')).code, null)
  t.strictSame(await throughAlias(), { means: 'Live_v1', objects: OBJECTS + 1 })
  const { code, errors, report } = await migrate(['--drop', 'count'])
  t.equal(code, 0, errors)
  t.match(report, { status: 'migrated', before: 'Thing', class: 'Live_v1', means: 'Live_v1' })
  t.strictSame(await throughAlias(), { means: 'Live_v1', objects: OBJECTS + 1 }, 'what came since stays')
  t.equal((await migrate(['--undo'])).code, 0)
  t.strictSame(await throughAlias(), { means: 'Thing', objects: OBJECTS })
})
