import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { directoryStorage } from '../../../../lib/archive/storage/directory.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import type { RestoreReport } from '../../../../lib/job/restore/report.ts'
import { openStore } from '../../../../lib/store/open.ts'
import { openSqlite } from '../../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { parseTarget } from '../../../../lib/store/target.ts'
import { weaviateDouble } from '../../../double/double.ts'
import { things } from '../../backup/archived.ts'
import { somePoints } from '../../runs.ts'
import { objectsOf } from '../restored.ts'

const COMMAND = fileURLToPath(new URL('../../../../bin/elysiactl.js', import.meta.url))
const OBJECTS = 100
const FAILPOINTS = [
  'restore.made',
  'restore.before-note:1',
  'restore.linked',
  'restore.before-switch',
  'restore.switched',
  'restore.before-drop-old',
  'restore.before-end',
]

const home = t.testdir()
const archive = `${home}/archive`
await backup(await things(OBJECTS), 'Thing', directoryStorage(archive), { partSize: 7_000 })

async function restoreOnce(storage: string, target: string, failpoint?: string) {
  const env = {
    ...process.env,
    XDG_DATA_HOME: `${storage}/data`,
    XDG_STATE_HOME: `${storage}/state`,
    ...(failpoint !== undefined && { ELYSIACTL_TEST: '1', ELYSIACTL_FAILPOINT: failpoint }),
  }
  const words = [
    'col',
    'restore',
    archive,
    '--target',
    target,
    '--json',
    '--into-alias',
    'Live',
    '--drop-old',
  ]
  const child = spawn(process.execPath, [COMMAND, ...words], { env })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const report = output === '' ? undefined : (JSON.parse(output).restores[0] as RestoreReport)
  return { code, errors, report }
}

/** How many objects are found through the alias: those of the collection before, or all of the archive. */
async function throughAlias(open: () => Promise<Store>): Promise<number> {
  const store = await open()
  const [alias] = await store.aliases()
  const objects = await objectsOf(store, alias!.collection)
  await store.close()
  return objects.length
}

const double = await weaviateDouble()
t.teardown(() => double.stop())

const PLACES = {
  'an embedded store': {
    target: `sqlite:${home}/store.db`,
    open: () => openSqlite(`${home}/store.db`),
  },
  'a Weaviate server': { target: double.target, open: () => openStore(parseTarget(double.target)) },
}

for (const [name, { target, open }] of Object.entries(PLACES)) {
  t.test(
    `killed at some steps, the alias in ${name} means one whole collection; the same command ends it`,
    async (t) => {
      const store = await open()
      await store.create({ class: 'Old', properties: [] })
      await store.collection('Old').write([{ id: '00000000-0000-4000-8000-000000000001', properties: {} }])
      await store.createAlias({ alias: 'Live', collection: 'Old' })
      await store.close()
      const storage = `${home}/${target.slice(0, 4)}`
      for (const failpoint of somePoints(FAILPOINTS, 3)) {
        const { code, errors } = await restoreOnce(storage, target, failpoint)
        t.equal(code, null, `${failpoint} ${errors}`)
        const switched = FAILPOINTS.indexOf(failpoint) > FAILPOINTS.indexOf('restore.before-switch')
        t.equal(await throughAlias(open), switched ? OBJECTS : 1, failpoint)
      }
      const { code, errors, report } = await restoreOnce(storage, target)
      t.equal(code, 0, errors)
      t.match(report, { class: 'Live_v1', alias: { before: 'Old', switched: true, dropped: true } })
      t.equal(await throughAlias(open), OBJECTS)
      const after = await open()
      t.same(
        (await after.list()).map((one) => one.name),
        ['Live_v1'],
      )
      await after.close()
    },
  )
}
