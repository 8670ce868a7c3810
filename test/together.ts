// Which tests run in one process: a process of its own for each file takes a third of the time of all tests, in which Node,
// tap and the modules of the library are loaded anew.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The suites, and the folders of test/ that each has; what stands in test/ itself is with the last. `processes` is how many the
 * files of a suite share; with 0 each has its own.
 */
export const SUITES = {
  unit: {
    folders: [
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
    processes: 4,
  },
  contract: { folders: ['archive', 'double', 'job', 'store'], processes: 10 },
  acceptance: { folders: ['acceptance', 'bin', 'fixtures', 'page', ''], processes: 6 },
} as const

export type Suite = keyof typeof SUITES

/** Files by the process that runs them. */
export interface Shared {
  readonly together: readonly (readonly string[])[]
  readonly alone: readonly string[]
}

/**
 * What a file does with the whole of its process: it has hooks, a time limit or a directory of the file, loads modules that it
 * has changed, or measures the process.
 */
const HAS_ALL: readonly RegExp[] = [
  /^t\.(?!test\b|comment\b)/m,
  /^(?:const|let) .*\bt\.testdir/m,
  /^(?:await \b|const .* = await (?:import|filled)\()/m,
  /^globalThis\./m,
  /memoryUsage|maxRSS|resourceUsage|cpuUsage|getActiveResourcesInfo|setFlagsFromString|umask/,
  /contract\/compression\.ts/,
]

/** What has been seen to need a process of its own for another reason. */
const ALONE: Readonly<Record<string, string>> = {
  'test/tests.test.ts': 'it runs tap itself',
}

/** For all files of a process: on a machine with other work each may take minutes. */
const TIMEOUT_MS = 900_000

/** The files of a suite, below the root of the repository. */
export function filesOf(suite: Suite, root: string): string[] {
  const patterns = SUITES[suite].folders.map((folder) =>
    folder === '' ? 'test/*.test.ts' : `test/${folder}/**/*.test.ts`,
  )
  return globSync(patterns, { cwd: root }).sort()
}

/** Which files of a suite share a process. Those of one folder are in several, which take about the same time. */
export function shared(suite: Suite, root: string): Shared {
  const files = filesOf(suite, root)
  const processes: number = SUITES[suite].processes
  const isAlone = (file: string) => processes === 0 || hasAll(file, readFileSync(join(root, file), 'utf8'))
  const alone = files.filter(isAlone)
  const others = files.filter((file) => !alone.includes(file))
  const together = Array.from({ length: processes }, (_, process) =>
    others.filter((_, index) => index % processes === process),
  )
  return { together, alone }
}

function hasAll(file: string, text: string): boolean {
  return ALONE[file] !== undefined || HAS_ALL.some((pattern) => pattern.test(text))
}

/** A test that is all of these, by their paths. What a file does while it is loaded does not meet a test of another. */
export function programOf(files: readonly string[]): string {
  return `import t from 'tap'
import { pathToFileURL } from 'node:url'

t.setTimeout(${TIMEOUT_MS})
const files = ${JSON.stringify(files, null, 2)}
t.test('the files are loaded', async (t) => {
  for (const file of files) await t.resolves(import(pathToFileURL(file).href), file)
})
`
}
