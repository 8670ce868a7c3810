/**
 * Runs the tests of the named suites, or all: `node scripts/tests.ts [unit] [contract] [acceptance] [--OPTION-OF-TAP …]`. Many
 * files share a process; `npx tap` gives each its own.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programOf, SUITES, type Suite, shared } from '../test/together.ts'
import { bundleTestPackages } from './testPackages.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const directory = join(root, '.tap', 'together')

function write(suite: Suite): string[] {
  const { together, alone } = shared(suite, root)
  const programs = together.map((files, index) => {
    const file = join('.tap', 'together', `${suite}-${index + 1}.test.ts`)
    writeFileSync(join(root, file), programOf(files.map((one) => join(root, one))))
    return file
  })
  return [...programs, ...alone]
}

const words = process.argv.slice(2)
const options = words.filter((word) => word.startsWith('-'))
const named = words.filter((word) => !word.startsWith('-'))
const unknown = named.filter((name) => !Object.hasOwn(SUITES, name))
if (unknown.length > 0) throw new Error(`no suite is called ${unknown.join(', ')}`)
// The longest first: what is short fills what is left of the time.
const suites = (Object.keys(SUITES) as Suite[])
  .filter((suite) => named.length === 0 || named.includes(suite))
  .toReversed()
rmSync(directory, { recursive: true, force: true })
mkdirSync(directory, { recursive: true })
await bundleTestPackages()
const files = suites.flatMap(write)
const temporary = mkdtempSync(join(tmpdir(), 'elysiactl-tests-'))
// Some tests start the command as somebody else.
chmodSync(temporary, 0o1777)
const env = { ...process.env, TMPDIR: temporary }
// Tap ends by it, and then this does.
process.once('SIGINT', () => {})
const { status } = spawnSync('tap', [...options, ...files], { cwd: root, env, stdio: 'inherit' })
const left = readdirSync(temporary).filter((name) => name.startsWith('elysiactl-'))
rmSync(temporary, { recursive: true, force: true })
if (left.length > 0)
  console.error(`tests left behind what only a killed process may leave: ${left.join(' ')}`)
process.exitCode = left.length > 0 ? 1 : (status ?? 1)
