// The tests themselves: each runs once, and none can fail unseen.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { filesOf, programOf, SUITES, type Suite, shared } from './together.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const suites = Object.keys(SUITES) as Suite[]

t.test('each test is in one of test:unit, test:contract and test:acceptance, and in no two', async (t) => {
  const parts = suites.map((suite) => filesOf(suite, root))
  for (const files of parts) t.ok(files.length > 20, `${files.length} files`)
  t.strictSame(parts.flat().sort(), globSync('test/**/*.test.ts', { cwd: root }).sort())
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const suite of suites) t.match(scripts[`test:${suite}`], `node scripts/tests.ts ${suite}`)
  t.match(scripts.test, /node scripts\/tests\.ts$/)
})

t.test('tap by itself runs all of them', async (t) => {
  const listed = execFileSync('npx', ['tap', 'list'], { cwd: root, encoding: 'utf8' }).trimEnd().split('\n')
  t.strictSame(listed.sort(), globSync('test/**/*.test.ts', { cwd: root }).sort())
})

t.test('each test of a suite runs once, in a process with others or alone', async (t) => {
  for (const suite of suites) {
    const { together, alone } = shared(suite, root)
    t.strictSame([...together, ...alone].sort(), filesOf(suite, root), suite)
  }
})

t.test('the tests that share a process all run, and what is wrong in one fails it', async (t) => {
  const directory = join(root, '.tap', `together-${process.pid}`)
  mkdirSync(directory, { recursive: true })
  t.teardown(() => rmSync(directory, { recursive: true }))
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  const good = write('good.mjs', "import t from 'tap'\nt.test('good', async (t) => t.pass('well'))\n")
  const slow = write(
    'slow.mjs',
    "await new Promise((done) => setTimeout(done, 200))\nawait import('./good.mjs')\n",
  )
  const ends = write(
    'ends.mjs',
    "import t from 'tap'\nt.teardown(() => {})\nt.test('ends', async (t) => t.pass('so'))\n",
  )
  const bad = write('bad.mjs', "import t from 'tap'\nt.test('bad', async (t) => t.fail('ill'))\n")
  const absent = join(directory, 'absent.mjs')
  for (const [at, [files, isWell]] of (
    [
      [[good], true],
      [[bad, good], false],
      [[good, absent], false],
      [[ends, slow], true],
    ] as const
  ).entries()) {
    const taken = join(directory, `taken-${at}`)
    mkdirSync(taken)
    const program = write('program.mjs', programOf(files, taken))
    const run = () => {
      const words = [`--import=${join(root, 'test/process.mjs')}`, program]
      return spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' })
    }
    const { status, stdout } = run()
    t.equal(status === 0, isWell, stdout)
    t.match(stdout, 'ok 1 - well', 'the good one runs, whatever is wrong with another')
    if (at > 0) continue
    const other = run()
    t.equal(other.status, 0)
    t.notMatch(other.stdout, 'well', 'what one process has taken no other runs')
  }
})

t.test('packages of many modules come as one file, where those of today are made', async (t) => {
  const list = join(root, '.tap/packages/list.json')
  const installed = statSync(join(root, 'node_modules/.package-lock.json')).mtimeMs
  const made = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : undefined
  const isCurrent = made?.installed === installed
  const print =
    "import * as all from 'typebox'; console.log(import.meta.resolve('typebox'), typeof all.default.Object)"
  const words = [`--import=${join(root, 'test/process.mjs')}`, '--input-type=module', '--eval', print]
  const [address, type] = execFileSync(process.execPath, words, { cwd: root, encoding: 'utf8' }).split(/\s/)
  t.equal(type, 'function')
  if (isCurrent) t.equal(address, made.files.typebox)
  else t.match(address, /node_modules/)
})

t.test('a command that a test starts is loaded with nothing of tap', async (t) => {
  const loaded = 'String([process.env.NODE_OPTIONS ?? "", ...process.execArgv.slice(2)])'
  t.equal(execFileSync(process.execPath, ['-p', loaded], { encoding: 'utf8' }), '\n')
})

t.test('an error that nobody catches fails its file, late or early', async (t) => {
  const uncaught = {
    thrown: `setTimeout(() => { throw new Error('nobody') }, 5)`,
    rejected: `Promise.reject(new Error('nobody'))`,
    none: '',
  }
  for (const [name, code] of Object.entries(uncaught)) {
    const file = join(root, '.tap', `uncaught-${process.pid}-${name}.mjs`)
    const body = `${code}; await new Promise((done) => setTimeout(done, 50)); t.pass('done')`
    writeFileSync(file, `import t from 'tap'\nt.test('one', async (t) => { ${body} })\n`)
    t.teardown(() => rmSync(file))
    const words = [`--import=${join(root, 'test/process.mjs')}`, file]
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' })
    t.equal(status === 0, name === 'none', name)
    t.match(stdout + stderr, name === 'none' ? 'ok 1 - one' : 'nobody')
  }
})
