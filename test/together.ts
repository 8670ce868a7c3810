// Which tests run in one process: to begin one, and to load and compile the library in it, is most of what a small file takes.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The suites, and the folders of test/ that each has; what stands in test/ itself is with the last. */
export const SUITES = {
  unit: [
    'async',
    'catalog',
    'change',
    'config',
    'core',
    'database',
    'file',
    'monitor',
    'options',
    'run',
    'stream',
    'transform',
  ],
  contract: ['archive', 'double', 'job', 'store'],
  acceptance: ['acceptance', 'bin', 'fixtures', 'page', ''],
} as const

export type Suite = keyof typeof SUITES

/** The files of a suite: those that may run in one process with others, and those that need their own. */
export interface Shared {
  readonly together: readonly string[]
  readonly alone: readonly string[]
}

/** What a file does with the whole of its process: it has hooks for all tests of it, changes a global, or measures it. */
const HAS_ALL: readonly RegExp[] = [
  /^t\.(?:before|after)/m,
  /^globalThis\./m,
  /memoryUsage|maxRSS|resourceUsage|cpuUsage|getActiveResourcesInfo|setFlagsFromString/,
  /contract\/compression\.ts/,
]

/** What has been seen to need a process of its own for another reason. */
const ALONE: Readonly<Record<string, string>> = {
  'test/tests.test.ts': 'it runs tap itself',
}

/** For the tests of one file: on a machine with other work they may take minutes. */
const TIMEOUT_MS = 900_000

/** The files of a suite, below the root of the repository. */
export function filesOf(suite: Suite, root: string): string[] {
  const patterns = SUITES[suite].map((folder) =>
    folder === '' ? 'test/*.test.ts' : `test/${folder}/**/*.test.ts`,
  )
  return globSync(patterns, { cwd: root }).sort()
}

/** Which files of a suite may share a process. */
export function shared(suite: Suite, root: string): Shared {
  const files = filesOf(suite, root)
  const alone = files.filter((file) => hasAll(file, readFileSync(join(root, file), 'utf8')))
  return { together: files.filter((file) => !alone.includes(file)), alone }
}

function hasAll(file: string, text: string): boolean {
  return ALONE[file] !== undefined || HAS_ALL.some((pattern) => pattern.test(text))
}

/**
 * A test that is these, by their paths, one after another: all tests of a file end before the next one is loaded, which may
 * use the same directory. Several processes that run it at once, with one directory for what they take, share the files:
 * each takes the next that nobody has taken, so that all end at about the same time.
 */
export function programOf(files: readonly string[], taken: string): string {
  const addresses = files.map((file) => pathToFileURL(file).href)
  return `import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

function isTaken(index) {
  try {
    mkdirSync(join(${JSON.stringify(taken)}, String(index)))
    return false
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return true
  }
}

t.pass('it takes files')
// From the first teardown of the whole process on, tap would end it as soon as it has no test for a moment, as while a file
// is loaded.
Object.defineProperty(t, 'idle', { get: () => false })
for (const [index, file] of ${JSON.stringify(addresses, null, 2)}.entries()) {
  if (isTaken(index)) continue
  t.setTimeout(${TIMEOUT_MS})
  const error = await import(file).then(() => undefined, (error) => error)
  await t.test(file, async (t) => t.error(error, 'the file was loaded'))
}
t.end()
`
}
