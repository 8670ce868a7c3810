// The tests themselves: each runs once, and none can fail unseen.
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../', import.meta.url))
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

/** The files that a script of package.json runs. */
function filesOf(script: string): string[] {
  const patterns = [...scripts[script]!.matchAll(/"(test\/[^"]+)"/g)].map(([, pattern]) => pattern!)
  return globSync(patterns, { cwd: root })
}

t.test('each test is in one of test:unit, test:contract and test:acceptance, and in no two', async (t) => {
  const all = globSync('test/**/*.test.ts', { cwd: root })
  const parts = ['test:unit', 'test:contract', 'test:acceptance'].map(filesOf)
  for (const files of parts) t.ok(files.length > 20, `${files.length} files`)
  t.strictSame(parts.flat().sort(), all.sort())
})

t.test('npm test runs all of them', async (t) => {
  const listed = execFileSync('npx', ['tap', 'list'], { cwd: root, encoding: 'utf8' }).trimEnd().split('\n')
  t.strictSame(listed.sort(), globSync('test/**/*.test.ts', { cwd: root }).sort())
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
