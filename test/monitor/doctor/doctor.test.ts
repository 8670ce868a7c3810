import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { createLock } from '../../../lib/catalog/lock/files.ts'
import { ownerOf, thisOwner } from '../../../lib/catalog/lock/process.ts'
import { openDatabase } from '../../../lib/database/connection.ts'
import { doctorBundle, recentRuns, writeBundle } from '../../../lib/monitor/doctor/bundle.ts'
import { checkDatabases } from '../../../lib/monitor/doctor/databases.ts'
import { checkLocks } from '../../../lib/monitor/doctor/locks.ts'
import { checkAddons, checkConfiguration, checkNode } from '../../../lib/monitor/doctor/machine.ts'
import { checkPlaces, diskCheck } from '../../../lib/monitor/doctor/places.ts'
import type { HistoryEntry } from '../../../lib/monitor/history/entry.ts'
import { directory } from '../../job/targets.ts'

const MIB = 1024 * 1024

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
}

t.test('Node and addons: what is too old, or does not load, is named with what does not work', async (t) => {
  t.match(checkNode(), { level: 'ok' })
  t.match(
    [checkNode('22.21.9'), checkNode('20.0.0'), checkNode('22.22.0')].map(({ level }) => level),
    ['fault', 'fault', 'ok'],
  )
  const all = await checkAddons(import.meta.filename)
  // An optional package that could not be built here is a warning, and no fault of the project.
  const absent = all.filter(({ subject }) => !isInstalled(String(subject)))
  t.strictSame(
    all.filter(({ level }) => level !== 'ok'),
    absent,
  )
  t.strictSame(
    absent.filter(({ level }) => level !== 'warning'),
    [],
  )
  const missing = await checkAddons(import.meta.filename, [
    { name: 'no-such-addon', without: 'x does not work' },
    { name: 'no-such-addon', without: 'x is slower', replaced: true },
  ])
  t.match(missing, [
    { level: 'fault', fact: /so x does not work/, next: /npm rebuild/ },
    { level: 'warning' },
  ])
})

t.test('directories: what cannot be used is a fault, and nothing is made', async (t) => {
  const at = directory(t)
  mkdirSync(`${at}/own`, { mode: 0o700 })
  mkdirSync(`${at}/open`)
  chmodSync(`${at}/open`, 0o777)
  symlinkSync(`${at}/own`, `${at}/link`)
  writeFileSync(`${at}/file`, '')
  const levels = (places: Record<string, string>) =>
    checkPlaces(places)
      .filter(({ area }) => area === 'directories')
      .map(({ level, fact }) => [level, fact])
  t.match(
    levels({
      a: `${at}/own`,
      b: `${at}/open`,
      c: `${at}/link`,
      d: `${at}/new/er`,
      e: `${at}/file`,
      f: `${at}/file/x`,
    }),
    [
      ['ok', 'mode 700'],
      ['warning', /everyone may write/],
      ['ok', 'mode 700, a link'],
      ['ok', /not there yet/],
      ['fault', /not a directory/],
      ['fault', /not a directory/],
    ],
  )
  t.notOk(existsSync(`${at}/new`))
  const disks = checkPlaces({ a: at, b: `${at}/own` }).filter(({ area }) => area === 'disk')
  t.equal(disks.length, 1, 'each disk once')
  t.match(
    [diskCheck('/', 10 * MIB, 1e12), diskCheck('/', 1024 * MIB, 1e12), diskCheck('/', 9e11, 1e12)],
    [{ level: 'fault', next: /cleanup/ }, { level: 'warning' }, { level: 'ok' }],
  )
})

t.test('locks: held ones are no fault, those of dead processes have a next step', async (t) => {
  const [held, stale, free] = [directory(t), directory(t), directory(t)]
  const told = { kind: 'shared', purpose: 'backup', since: '2026-01-01', heartbeatMs: 1 } as const
  const locks = [
    await createLock(held, { ...told, ...thisOwner() }),
    await createLock(stale, { ...told, ...ownerOf(process.pid), startTicks: '1' }),
  ]
  t.teardown(() => Promise.all(locks.map((lock) => lock.remove())))
  t.match(await checkLocks([held, stale, free]), [
    { level: 'ok', fact: /held: backup since/ },
    { level: 'warning', next: /unlock/ },
  ])
  t.match(await checkLocks([free]), [{ level: 'ok' }])
})

t.test('databases: damage is found, and what is not there is none', async (t) => {
  const at = directory(t)
  const database = openDatabase(`${at}/good.db`)
  database.exec('CREATE TABLE a (b TEXT); CREATE INDEX c ON a (b)')
  const insert = database.prepare('INSERT INTO a VALUES (?)')
  for (let n = 0; n < 3000; n++) insert.run(`secret content ${n}`)
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
  const bytes = readFileSync(`${at}/good.db`)
  bytes.fill(0xff, 3 * 8192, 5 * 8192)
  writeFileSync(`${at}/bad.db`, bytes)
  writeFileSync(`${at}/none.db`, 'this is no database, but a text that is long enough to be looked at')
  const files = ['good', 'bad', 'none', 'missing'].map((what) => ({
    what,
    path: `${at}/${what}.db`,
    next: 'do',
  }))
  const checks = checkDatabases(files)
  t.match(
    checks.map(({ level }) => level),
    ['ok', 'fault', 'fault', 'ok'],
  )
  t.notMatch(JSON.stringify(checks), /secret content/)
})

t.test('a bundle holds nothing that a person has given, or a record', async (t) => {
  const PLANTED = 'pl4nted'
  const values = {
    apiKeyFile: `/${PLANTED}`,
    batchSize: 7,
    level: 'stored',
    onlyChanged: true,
    target: PLANTED,
  }
  const layers = [{ kind: 'file', origin: '/c.yaml', values }] as const
  const url = `http://${PLANTED}`
  const settings = {
    ...{
      layers,
      files: [],
      warnings: [],
      sections: [{ name: 'auto', origin: '/c.yaml', text: PLANTED }] as const,
    },
    targets: { [PLANTED]: { url, origin: '/c.yaml' } },
  }
  const entry = {
    ...{ id: 'r', attempt: 1, kind: 'ingest', trigger: 'user', status: 'failed', started_at: '2026' },
    ...{ collection: PLANTED, target: PLANTED, command: [PLANTED], directory: PLANTED, host: PLANTED },
    ...{ counts: { [PLANTED]: 1 }, error: { code: 'ELYSIA_STORE', message: PLANTED }, hosts: [PLANTED] },
  } as unknown as HistoryEntry
  const options = new Map(
    Object.entries({
      apiKeyFile: { type: 'string', description: '' },
      batchSize: { type: 'integer', description: '' },
      level: { type: 'string', description: '', enum: ['stored'] },
      onlyChanged: { type: 'boolean', description: '' },
      target: { type: 'string', description: '' },
    } as const),
  )
  const runs = recentRuns({ list: () => [entry] })
  const env = { ELYSIACTL_API_KEY: PLANTED, OTHER: PLANTED, NODE_OPTIONS: PLANTED }
  const path = `${directory(t)}/bundle.json.gz`
  writeBundle(path, doctorBundle({ checks: checkConfiguration(settings), settings, options, runs, env }))
  const text = gunzipSync(readFileSync(path)).toString()
  t.notMatch(text, new RegExp(PLANTED))
  t.match(JSON.parse(text), {
    settings: [{ value: '(set)' }, { value: 7 }, { value: 'stored' }, { value: true }, { value: '(set)' }],
    environment: ['ELYSIACTL_API_KEY', 'NODE_OPTIONS'],
    runs: [{ id: 'r', status: 'failed', error: 'ELYSIA_STORE' }],
  })
  t.throws(() => writeBundle(path, {}), { code: 'ELYSIA_CONFLICT' })
})
