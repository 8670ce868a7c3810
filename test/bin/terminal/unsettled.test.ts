// The exit code is a failure until a command has come to its end; options are checked before anything is opened.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { commandsOf } from '../../../bin/cli/registry.ts'
import { COMMANDS } from '../../../bin/commands/table.ts'
import { adds, home } from '../elysiactl.ts'
import type { Unsettled, UnsettledEnd } from './unsettledChild.ts'

const CHILD = new URL('./unsettledChild.ts', import.meta.url).pathname

async function ended(cwd: string, args: readonly string[]): Promise<UnsettledEnd & { stdout: string }> {
  const env = { ...process.env, HOME: cwd, XDG_CONFIG_HOME: cwd, XDG_DATA_HOME: cwd, XDG_STATE_HOME: cwd }
  const child = spawn(process.execPath, [CHILD, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  }
  const [code] = await once(child, 'close')
  return { code, ...said }
}

/** Options without which a command is not begun. */
function needed(name: string): string[] {
  return /^index (process-jsonl|sync|watch)$/.test(name) ? ['--collection', 'c'] : []
}

/** How each ends that is run in one process, with the process itself. */
async function each(t: Test, cases: readonly Unsettled[]): Promise<readonly UnsettledEnd[]> {
  const { code, stdout, stderr } = await ended(t.testdir({}), ['each', JSON.stringify(cases)])
  t.equal(code, 0, stderr)
  return JSON.parse(stdout) as UnsettledEnd[]
}

t.test('a command whose promise is never settled is exit 1, and says so', async (t) => {
  const names = commandsOf(COMMANDS).map(([name]) => name)
  const cases = names.map((name) => ({ how: 'command', name, words: ['--quiet', ...needed(name)] }) as const)
  const ends = await each(t, cases)
  t.equal(ends.length, names.length)
  for (const [index, { code, stderr }] of ends.entries()) {
    t.equal(code, 1, `${names[index]}`)
    t.match(stderr, /^error: the command stopped in the middle[^\n]+\n$/, `${names[index]}`)
  }
  const alone = await ended(t.testdir({}), ['command', 'col ls', '--quiet'])
  t.match(alone, { code: 1, stderr: /^error: the command stopped in the middle[^\n]+\n$/ }, 'a process')
})

t.test('what is thrown past everybody is exit 1, in lines of ours', async (t) => {
  const loud = await ended(t.testdir({}), ['thrown', 'col ls', '-v'])
  t.match(loud, { code: 1, stderr: /error: a\\nFORGED \\x1b\[31m\n +at / })
  t.notMatch(loud.stderr, /^FORGED/m)
  t.notOk(loud.stderr.includes('\u001b'))
  const quiet = await ended(t.testdir({}), ['thrown', 'col ls', '-q'])
  t.match(quiet, { code: 1, stderr: /^error: a\\nFORGED[^\n]+\n$/ })
})

const PRINTING: readonly (readonly [name: string, ...words: string[]])[] = [
  ['col ls', '--json'],
  ['config show'],
  ['format schema'],
  ['completion', 'bash'],
  ['col catalog list', '--json'],
  ['index status', '--json'],
]

t.test('a command is exit 1 where what it prints is never taken', async (t) => {
  const cases = PRINTING.map(([name, ...words]) => ({ how: 'output', name, words }) as const)
  const ends = await each(t, cases)
  t.equal(ends.length, PRINTING.length)
  for (const [index, end] of ends.entries()) {
    t.match(end, { code: 1, stderr: /the command stopped in the middle/ }, PRINTING[index]![0])
  }
  const alone = await ended(t.testdir({}), ['output', 'col ls', '--json'])
  t.match(alone, { code: 1, stderr: /the command stopped in the middle/ }, 'a process')
})

const WRONG: readonly (readonly [what: string, flags: readonly string[], message: RegExp])[] = [
  ['a content root that is not there', ['--content-root', 'none'], /the content root none cannot be opened/],
  ['a content root that is a file', ['--content-root', 'changes.jsonl'], /is not a directory/],
  [
    'two ways to a tenant',
    ['--tenant', 'a', '--tenant-by', 'repo'],
    /--tenant and --tenant-by cannot be combined/,
  ],
]

for (const [what, flags, message] of WRONG) {
  for (const command of [
    ['index', 'process-jsonl', 'changes.jsonl'],
    ['index', 'sync', '--stdin'],
    ['index', 'watch', 'inbox'],
  ]) {
    t.test(`${what} is exit 2 for ${command[1]}, and no store is made`, async (t) => {
      const place = home(t, { 'changes.jsonl': adds(1), inbox: { 'a.jsonl': adds(1) } })
      const target = ['--target', 'sqlite:made.db']
      const { code, stderr } = await place.run(
        [...command, '--collection', 'c', ...target, ...flags],
        adds(1),
      )
      t.equal(code, 2, stderr)
      t.match(stderr, message)
      t.notOk(existsSync(join(place.directory, 'made.db')))
    })
  }
}

t.test('a content root that is not there is exit 2 for validate, though its input never ends', async (t) => {
  const { ended, child } = home(t).start(['index', 'validate', '-', '--content-root', 'none'])
  t.match(await ended, { code: 2, stderr: /the content root none cannot be opened/ })
  child.stdin!.destroy()
})

t.test('a signal that comes after the work is done changes nothing; one before it is told', async (t) => {
  const cleanup = ['col catalog cleanup', '--keep-last', '1']
  const late = await ended(t.testdir({}), ['late', ...cleanup])
  t.equal(late.code, 0, late.stderr)
  t.notMatch(late.stderr, /interrupted|again with/)
  const early = await ended(t.testdir({}), ['early', ...cleanup])
  t.equal(early.code, 130)
  t.match(early.stderr, /interrupted; begin again with: /)
})
