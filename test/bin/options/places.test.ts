import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { adds, home } from '../elysiactl.ts'
import { some } from '../runs.ts'

const COMMAND = new URL('../../../bin/elysiactl.js', import.meta.url).pathname
const INTO = ['--collection', 'held', '--target', 'sqlite:store.db']
const PROCESS = ['index', 'process-jsonl', 'changes.jsonl']
const isRoot = process.geteuid?.() === 0
const STRANGER = 12_345
const LIMIT_MS = 60_000

/** Runs the command with exactly these variables. */
function run(directory: string, args: readonly string[], env: Record<string, string>) {
  const variables = { ...(process.env.PATH && { PATH: process.env.PATH }), ...env }
  return spawnSync(process.execPath, [COMMAND, ...args], {
    cwd: directory,
    env: variables,
    encoding: 'utf8',
    timeout: LIMIT_MS,
  })
}

t.test('a home that is no place for anything is one clear error, and nothing hangs', async (t) => {
  const { directory } = home(t, { 'changes.jsonl': adds(1), file: '' })
  const cases: [Record<string, string>, readonly string[], number, RegExp][] = [
    [{ HOME: '' }, [...PROCESS, ...INTO], 2, /cannot hold data.*\nhint: set HOME/],
    [{ HOME: '/proc/none' }, [...PROCESS, ...INTO], 1, /\/proc\/none.*\nhint: .*XDG_STATE_HOME/],
    [{ HOME: '/proc/none' }, [...PROCESS, '--collection', 'held'], 1, /cannot make \/proc\/none.*\nhint: /],
    [
      { HOME: directory },
      ['col', 'backup', 'Held', '--to', '/proc/none/a', ...INTO.slice(2)],
      1,
      /\/proc\/none/,
    ],
    [
      { HOME: directory, XDG_STATE_HOME: join(directory, 'file') },
      [...PROCESS, ...INTO],
      1,
      /file.*\nhint: .*XDG_STATE_HOME/,
    ],
    [
      { HOME: directory, XDG_STATE_HOME: join(directory, 'link') },
      [...PROCESS, ...INTO],
      1,
      /link.*\nhint: .*XDG_STATE_HOME/,
    ],
  ]
  symlinkSync('/nowhere/at/all', join(directory, 'link'))
  t.equal(run(directory, [...PROCESS, ...INTO], { HOME: directory }).status, 0)
  for (const [env, args, code, said] of cases) {
    const { status, stderr, signal } = run(directory, args, env)
    const what = `${JSON.stringify(env)} ${args.join(' ')}: ${stderr}`
    t.equal(signal, null, what)
    t.equal(status, code, what)
    t.match(stderr, said)
    t.equal(stderr.match(/^error: /gm)?.length, 1, what)
    t.notMatch(stderr, /\n {4}at /, 'no stack')
  }
})

t.test('a command that only looks needs no home', async (t) => {
  const { directory } = home(t, { 'changes.jsonl': adds(1) })
  t.equal(run(directory, [...PROCESS, ...INTO], { HOME: directory }).status, 0)
  for (const args of [
    ['index', 'validate', 'changes.jsonl'],
    ['col', 'ls', '--target', 'sqlite:store.db'],
  ]) {
    t.match(run(directory, args, { HOME: '/proc/none' }), { status: 0 }, args.join(' '))
  }
})

t.test('what a run makes is for its user alone', async (t) => {
  const place = home(t, { 'changes.jsonl': `${adds(1)}bad\n` })
  t.equal((await place.run([...PROCESS, ...INTO])).code, 3)
  t.equal((await place.run([...PROCESS, '--collection', 'held'])).code, 3)
  const made = ['store.db', ...below(place.directory, 'state'), ...below(place.directory, 'data')]
  t.ok(made.length > 8, `${made.length} things were made`)
  for (const path of made) {
    const { mode } = lstatSync(join(place.directory, path))
    t.equal((mode & 0o077).toString(8), '0', path)
  }
})

function below(root: string, name: string): string[] {
  const entries = readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })
  return [name, ...entries.map((entry) => join(name, entry))]
}

t.test('compiled code is kept in a directory of the user’s own, and only there', async (t) => {
  const { directory } = home(t, {})
  const start = (cache: string) => {
    const env = { HOME: directory, XDG_CACHE_HOME: join(directory, cache) }
    t.equal(run(directory, ['format', 'schema', 'change'], env).status, 0)
    return existsSync(join(directory, cache, 'elysiactl'))
      ? readdirSync(join(directory, cache, 'elysiactl'))
      : []
  }
  t.equal(start('own').length, 1, 'it is kept')
  t.equal(statSync(join(directory, 'own', 'elysiactl')).mode & 0o777, 0o700)
  const prepared = (name: string, mode: number) => {
    mkdirSync(join(directory, name, 'elysiactl'), { recursive: true })
    chmodSync(join(directory, name, 'elysiactl'), mode)
  }
  for (const mode of some([0o770, 0o707, 0o777])) {
    prepared(`mode-${mode}`, mode)
    t.strictSame(start(`mode-${mode}`), [], `mode ${mode.toString(8)}`)
  }
  prepared('above', 0o700)
  chmodSync(join(directory, 'above'), 0o777)
  t.strictSame(start('above'), [], 'the directory above it can be written by others')
  chmodSync(join(directory, 'above'), 0o1777)
  t.equal(start('above').length, 1, 'a sticky one keeps it')
  mkdirSync(join(directory, 'linked'))
  symlinkSync(join(directory, 'own', 'elysiactl'), join(directory, 'linked', 'elysiactl'))
  const before = readdirSync(join(directory, 'own', 'elysiactl'), { recursive: true }).length
  start('linked')
  t.equal(readdirSync(join(directory, 'own', 'elysiactl'), { recursive: true }).length, before)
  if (!isRoot) return
  prepared('another', 0o755)
  chownSync(join(directory, 'another', 'elysiactl'), STRANGER, STRANGER)
  t.strictSame(start('another'), [], 'another user made it')
})

t.test(
  'a store in a place that cannot be written is one clear error, also where it is only read',
  {
    skip: !isRoot && 'only root can run it as another user',
  },
  async (t) => {
    const { directory } = home(t, { 'changes.jsonl': adds(1), place: {} })
    const target = ['--target', 'sqlite:place/store.db']
    t.equal(run(directory, [...PROCESS, '--collection', 'held', ...target], { HOME: directory }).status, 0)
    chmodSync(join(directory, 'place', 'store.db'), 0o444)
    chmodSync(join(directory, 'place'), 0o555)
    const as = ['--reuid', String(STRANGER), '--regid', String(STRANGER), '--clear-groups']
    for (const args of [
      ['col', 'cat', 'Held'],
      ['index', 'status'],
    ]) {
      const argv = [...as, process.execPath, COMMAND, ...args, ...target]
      const env = { PATH: process.env.PATH, HOME: '/nonexistent' }
      const { status, stderr } = spawnSync('setpriv', argv, {
        cwd: directory,
        env,
        encoding: 'utf8',
        timeout: LIMIT_MS,
      })
      t.equal(status, 1, stderr)
      t.match(stderr, /error: no right to (write to|open) .*store\.db\nhint: .*copy/)
      t.notMatch(stderr, /main\.cjs/, 'no stack of ours')
    }
  },
)

t.test('a store that holds code is refused, and none of it runs', async (t) => {
  const place = home(t, { 'changes.jsonl': adds(1) })
  t.equal((await place.run([...PROCESS, ...INTO])).code, 0)
  const cases = {
    trigger: 'CREATE TRIGGER planted AFTER INSERT ON objects_1 BEGIN DELETE FROM objects_1; END',
    view: 'CREATE VIEW planted AS SELECT 1',
    'virtual table': 'CREATE VIRTUAL TABLE planted USING fts5(a)',
  }
  for (const [what, sql] of Object.entries(cases)) {
    const database = new Database(join(place.directory, 'store.db'))
    database.exec(sql)
    const said = {
      code: 1,
      stderr: new RegExp(`store\\.db holds a ${what}, planted, which elysiactl never makes\\nhint: `),
    }
    t.match(await place.run(['col', 'cat', 'Held', ...INTO.slice(2)]), said)
    t.match(await place.run([...PROCESS, ...INTO, '--fresh']), said)
    database.exec(`DROP ${what === 'virtual table' ? 'TABLE' : what.toUpperCase()} planted`)
    database.close()
  }
  t.equal((await place.run(['col', 'cat', 'Held', ...INTO.slice(2)])).stdout.split('\n').length, 2)
})
