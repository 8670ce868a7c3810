// Which tests run in one process: to begin one, and to load and compile the library in it, is most of what a small file takes.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * The suites, and the folders of test/ that each has; what stands in test/ itself is with the last. `processes` is how many the
 * files of a suite share.
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
  contract: { folders: ['archive', 'double', 'job', 'store'], processes: 12 },
  acceptance: { folders: ['acceptance', 'bin', 'fixtures', 'page', ''], processes: 6 },
} as const

export type Suite = keyof typeof SUITES

/** Files by the process that runs them. */
export interface Shared {
  readonly together: readonly (readonly string[])[]
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
  const patterns = SUITES[suite].folders.map((folder) =>
    folder === '' ? 'test/*.test.ts' : `test/${folder}/**/*.test.ts`,
  )
  return globSync(patterns, { cwd: root }).sort()
}

/** Which files of a suite share a process. Those of one folder are in several, which take about the same time. */
export function shared(suite: Suite, root: string): Shared {
  const files = filesOf(suite, root)
  const { processes } = SUITES[suite]
  const alone = files.filter((file) => hasAll(file, readFileSync(join(root, file), 'utf8')))
  const others = files.filter((file) => !alone.includes(file))
  const together = Array.from({ length: processes }, (_, process) =>
    others.filter((_, index) => index % processes === process),
  )
  return { together, alone }
}

function hasAll(file: string, text: string): boolean {
  return ALONE[file] !== undefined || HAS_ALL.some((pattern) => pattern.test(text))
}

/**
 * A test that is all of these, by their paths, one after another: all tests of a file end before the next one is loaded, which
 * may use the same directory.
 */
export function programOf(files: readonly string[]): string {
  const addresses = files.map((file) => pathToFileURL(file).href)
  return `import t from 'tap'

for (const file of ${JSON.stringify(addresses, null, 2)}) {
  t.setTimeout(${TIMEOUT_MS})
  const error = await import(file).then(() => undefined, (error) => error)
  await t.test(file, async (t) => t.error(error, 'the file was loaded'))
}
`
}
