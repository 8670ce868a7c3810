/** Runs every test file whose properties are tried as often as the environment asks for, one after another. */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const TESTS = join(root, 'test/')

/** True where a file of the tests, or what it imports of them, asks how often something is tried. */
function asks(file: string, seen: Set<string> = new Set()): boolean {
  if (seen.has(file)) return false
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  if (text.includes('ELYSIACTL_TEST_RUNS')) return true
  const addresses = [...text.matchAll(/ from '(\.{1,2}\/[^']+\.ts)'/g)]
  return addresses
    .map(([, address]) => join(dirname(file), address!))
    .some((imported) => imported.startsWith(TESTS) && asks(imported, seen))
}

/** How many files failed. */
export function tortureProperties(times: string): number {
  const files = globSync('test/**/*.test.ts', { cwd: root }).filter((file) => asks(join(root, file)))
  const env = { ...process.env, ELYSIACTL_TEST_RUNS: times }
  const failed = files.filter((file) => {
    const before = performance.now()
    const words = ['tap', '--reporter=tap', '--timeout=0', file]
    const { status, stdout, stderr } = spawnSync('npx', words, {
      cwd: root,
      env,
      encoding: 'utf8',
      maxBuffer: Number.POSITIVE_INFINITY,
    })
    const seconds = Math.round((performance.now() - before) / 1000)
    console.log(`${status === 0 ? 'right' : 'WRONG'} after ${seconds} s: ${file}`)
    if (status !== 0) console.log(stdout, stderr)
    return status !== 0
  })
  console.log(
    `${files.length} files with ${times} cases a property, ${failed.length} failed: ${failed.join(' ')}`,
  )
  return failed.length
}
