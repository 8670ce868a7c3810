/**
 * Runs the tests of the named suites, or all: `node scripts/tests.ts [unit] [contract] [acceptance] [--OPTION-OF-TAP …]`. Many
 * files share a process; `npx tap` gives each its own.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programOf, SUITES, type Suite, shared } from '../test/together.ts'
import { bundleTestPackages } from './testPackages.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const directory = join(root, '.tap', 'together')

/** Writes a program for each process, all of which share these files. */
function write(files: readonly string[], processes: number): string[] {
  const taken = join(directory, 'taken')
  mkdirSync(taken)
  const text = programOf(
    files.map((file) => join(root, file)),
    taken,
  )
  return Array.from({ length: processes }, (_, index) => {
    const file = join('.tap', 'together', `${index + 1}.test.ts`)
    writeFileSync(join(root, file), text)
    return file
  })
}

/** As many processes as tap runs at once. */
function jobsOf(options: readonly string[]): number {
  const settings = `${readFileSync(join(root, '.taprc'), 'utf8')}\n${options.join('\n')}`
  return Number([...settings.matchAll(/^(?:jobs: |--jobs=)(\d+)$/gm)].at(-1)?.[1] ?? 1)
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
  .map((suite) => shared(suite, root))
rmSync(directory, { recursive: true, force: true })
mkdirSync(directory, { recursive: true })
await bundleTestPackages()
const together = write(
  suites.flatMap(({ together }) => together),
  jobsOf(options),
)
const files = [...suites.flatMap(({ alone }) => alone), ...together]
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
