import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { adds, home } from '../elysiactl.ts'
import { some } from '../runs.ts'

const COMMAND = new URL('../../../bin/elysiactl.js', import.meta.url).pathname
const MAIN = new URL('../../../dist/bin/main.cjs', import.meta.url).pathname
const PACKAGE = new URL('../../../package.json', import.meta.url)
const INGEST = 'index process-jsonl a.jsonl --collection c --target sqlite:a.db'.split(' ')
const BACKUP = 'col backup c --target sqlite:a.db --to archive'.split(' ')
const RESTORE = 'col restore archive --target sqlite:b.db'.split(' ')

/** The files and modules of Node that were loaded in a run of the built command. */
function filesLoadedBy(directory: string, args: readonly string[]): string[] {
  const code = `
    const { main } = require(process.argv[1])
    const builtIn = () => process.moduleLoadList.filter((name) => name.startsWith('NativeModule '))
    const files = () => [...Object.keys(require.cache).filter((file) => file !== process.argv[1]), ...builtIn()]
    main(process.argv.slice(2)).then(() => console.log('\\n' + JSON.stringify(files())))
  `
  const { stdout } = spawnSync(process.execPath, ['-e', code, MAIN, ...args], {
    cwd: directory,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: directory },
  })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as string[]
}

/** The dependencies that have some of these files. */
function packagesOf(files: readonly string[]): string[] {
  const { dependencies } = JSON.parse(readFileSync(PACKAGE, 'utf8'))
  return Object.keys(dependencies).filter((name) => files.some((file) => file.includes(`/${name}/`)))
}

t.test('a run into the embedded store loads one package, SQLite, and nothing else of any size', async (t) => {
  const directory = t.testdir({ 'a.jsonl': adds(10) })
  const files = filesLoadedBy(directory, [...INGEST, '--quiet'])
  t.notOk(files.includes('NativeModule readline'), 'readline')
  const built = files.filter((file) => file.startsWith(dirname(MAIN)))
  t.strictSame(
    built,
    [],
    'nothing that stands beside the command: typebox, the client of servers, regular expressions',
  )
  t.ok(statSync(MAIN).size < 2_600_000, `each start reads ${statSync(MAIN).size} bytes`)
  const once = filesLoadedBy(directory, [...INGEST, '--coalesce', 'off'])
  t.strictSame(packagesOf(once), ['better-sqlite3'])
  t.notOk(once.includes('NativeModule zlib'), 'zlib, whose CRC of lines a second pass goes by')
})

t.test('a restore loads the 700 modules of typebox as one file', async (t) => {
  const { directory, run } = home(t, { 'a.jsonl': adds(10) })
  for (const args of [INGEST, BACKUP]) t.match(await run(args), { code: 0 })
  const files = filesLoadedBy(directory, RESTORE)
  t.ok(files.includes(join(MAIN, '../typebox.cjs')))
  t.notOk(files.some((file) => file.includes('/node_modules/typebox/')))
})

t.test('what speaks with a server is loaded as one file', async (t) => {
  const files = filesLoadedBy(t.testdir(), ['col', 'ls', '--target', 'http://127.0.0.1:1'])
  t.ok(files.includes(join(MAIN, '../weaviate.cjs')))
  t.notOk(files.some((file) => /node_modules\/(weaviate-client|nice-grpc|@grpc|protobufjs)\//.test(file)))
})

t.test('compiled code is kept in the user’s own cache', async (t) => {
  const directory = t.testdir()
  const env = { PATH: process.env.PATH, HOME: directory }
  const { status } = spawnSync(process.execPath, [COMMAND, '--help'], { env })
  t.equal(status, 0)
  t.equal(readdirSync(join(directory, '.cache', 'elysiactl')).length, 1)
})

t.test('what a run has compiled is kept for the next one, and nothing of its values', async (t) => {
  const directory = t.testdir({ 'a.jsonl': adds(1) })
  const env = { PATH: process.env.PATH, HOME: directory, XDG_CACHE_HOME: join(directory, 'cache') }
  const run = (args: readonly string[]) => {
    const { status } = spawnSync(process.execPath, [COMMAND, ...args], { cwd: directory, env })
    return status
  }
  const kept = () => {
    const place = join(directory, 'cache', 'elysiactl')
    const names = readdirSync(place, { recursive: true, encoding: 'utf8' }).sort()
    const own = names.filter((name) => name.includes('elysiactl-'))
    return own.map((name) => ({ path: join(place, name), bytes: readFileSync(join(place, name)) }))
  }
  t.equal(run([...INGEST, '--quiet']), 0)
  const [first, ...others] = kept()
  t.match(first!.path, /elysiactl-main\.cjs-index-\w{16}$/)
  t.strictSame(others, [])
  t.equal(run([...INGEST, '--quiet']), 0)
  t.strictSame(kept(), [first], 'the same use adds nothing')
  t.equal(run(['index', 'nonsense']), 2)
  t.strictSame(kept(), [first], 'nor does one that failed')
  t.equal(run([...INGEST, '--json', '--rejects=qwertz7']), 0)
  const second = kept()[0]!
  const slow = `(sleep 1; cat a.jsonl) | '${process.execPath}' '${COMMAND}' ${INGEST.join(' ').replace('a.jsonl', '-')}`
  t.equal(spawnSync('sh', ['-c', slow], { cwd: directory, env }).status, 0)
  const third = kept()
  t.not(third[0]!.bytes.length, second.bytes.length, 'a longer run adds its own')
  t.equal(spawnSync('sh', ['-c', slow], { cwd: directory, env }).status, 0)
  t.strictSame(kept(), third, 'which is taken the next time')
  t.ok(second.bytes.length > first!.bytes.length, 'another use does')
  t.notOk(second.bytes.includes('qwertz7'))
  const changed = Buffer.from(second.bytes)
  for (let at = 2000; at < changed.length - 2000; at += 20_011) changed[at]! ^= 4
  for (const damaged of some([
    changed,
    second.bytes.subarray(0, 100_000),
    Buffer.alloc(0),
    Buffer.alloc(100),
  ])) {
    writeFileSync(second.path, damaged)
    t.equal(run([...INGEST, '--quiet']), 0)
    t.ok(kept()[0]!.bytes.length > 500_000, 'what is damaged is made again')
  }
})

t.test('Node has nothing to warn of, in threads either', async (t) => {
  const directory = t.testdir({ 'a.jsonl': adds(10) })
  const env = { PATH: process.env.PATH, HOME: directory }
  const words = [
    INGEST,
    [...BACKUP, '--threads', '2', '--compression', 'zstd'],
    [...RESTORE, '--threads', '2'],
  ]
  for (const args of [...words, ['format', 'schema', 'change']]) {
    const argv = [COMMAND, ...args, '--quiet']
    const { status, stderr } = spawnSync(process.execPath, argv, { cwd: directory, env, encoding: 'utf8' })
    t.strictSame({ status, stderr }, { status: 0, stderr: '' }, args.join(' '))
  }
})

t.test('a home that cannot hold a cache does no harm', async (t) => {
  const directory = t.testdir({ file: '' })
  for (const home of [join(directory, 'file'), join(directory, 'missing', 'deeper'), '/proc/1']) {
    const env = { PATH: process.env.PATH, HOME: home }
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, '--help'], { env, timeout: 30_000 })
    t.equal(status, 0, home)
    t.equal(stderr.toString(), '')
  }
})
