import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { directoryStorage } from '../../../../lib/archive/storage/directory.ts'
import type { StoredObject } from '../../../../lib/core/object.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import { openSqlite } from '../../../../lib/store/sqlite/store.ts'
import { THING, thing, things } from '../../backup/archived.ts'
import { somePoints } from '../../runs.ts'
import { objectsOf } from '../restored.ts'

const COMMAND = fileURLToPath(new URL('../../../../bin/elysiactl.js', import.meta.url))
const OBJECTS = 120
const FAILPOINTS = [
  'restore.made',
  'restore.undo-kept:1',
  'restore.before-note:2',
  'restore.written',
  'restore.linked',
  'restore.deletion-kept:1',
  'restore.deleted:1',
  'restore.vanished',
  'restore.before-end',
]

const home = t.testdir()
const target = `sqlite:${home}/store.db`
await backup(await things(OBJECTS), 'Thing', directoryStorage(`${home}/archive`), { partSize: 8_000 })

async function run(words: readonly string[], failpoint?: string) {
  const env = {
    ...process.env,
    XDG_DATA_HOME: `${home}/data`,
    XDG_STATE_HOME: `${home}/state`,
    ...(failpoint !== undefined && { ELYSIACTL_TEST: '1', ELYSIACTL_FAILPOINT: failpoint }),
  }
  const argv = [COMMAND, 'col', ...words, '--target', target, '--json']
  const child = spawn(process.execPath, argv, { env })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, errors, document: output === '' ? undefined : JSON.parse(output) }
}

async function contents(): Promise<StoredObject[]> {
  const store = await openSqlite(`${home}/store.db`)
  const objects = await objectsOf(store, 'Thing')
  await store.close()
  return objects.map(({ createdMs: _, updatedMs: __, ...rest }) => rest)
}

t.test('a plan killed at some steps is ended by the same command, and can be undone', async (t) => {
  const store = await openSqlite(`${home}/store.db`)
  await store.create(THING)
  const some = Array.from({ length: OBJECTS + 2 }, (_, n) => thing(n, OBJECTS)).filter((_, n) => n % 2 === 0)
  await store.collection('Thing').write(some.map((one) => ({ ...one, properties: { title: 'mine' } })))
  await store.close()
  const before = await contents()
  const plan = ['--on-conflict', 'replace', '--max-delete', '50%', '--plan', `${home}/plan`]
  const made = await run(['restore', `${home}/archive`, ...plan])
  t.match(
    made,
    {
      code: 0,
      document: { restores: [{ planned: { overwrite: OBJECTS / 2, create: OBJECTS / 2, delete: 1 } }] },
    },
    made.errors,
  )
  t.strictSame(await contents(), before)
  for (const failpoint of somePoints(FAILPOINTS, 3)) {
    const { code, errors } = await run(['apply', `${home}/plan`, '--yes', '--batch-size', '40'], failpoint)
    t.equal(code, null, `${failpoint} ${errors}`)
  }
  const { code, errors, document } = await run(['apply', `${home}/plan`, '--yes'])
  t.equal(code, 0, errors)
  t.match(document, { restores: [{ status: 'done', written: OBJECTS, left_alone: 0 }] })
  const expected = (await objectsOf(await things(OBJECTS), 'Thing')).map(
    ({ createdMs: _, updatedMs: __, ...rest }) => rest,
  )
  t.strictSame(await contents(), expected)
  t.match(await run(['apply', `${home}/plan`, '--yes']), {
    code: 5,
    errors: /changed since the plan was made/,
  })
  const back = await run(['rollback', document.restores[0].id])
  t.equal(back.code, 0, back.errors)
  t.strictSame(await contents(), before)
})
