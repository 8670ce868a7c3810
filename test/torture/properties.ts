/** Runs every test file whose properties are tried as often as the environment asks for, one after another. */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** How many files failed. */
export function tortureProperties(times: string): number {
  const files = globSync('test/**/*.{test,tests}.ts', { cwd: root }).filter((file) =>
    readFileSync(`${root}${file}`, 'utf8').includes('/runs.ts'),
  )
  const env = { ...process.env, ELYSIACTL_TEST_RUNS: times }
  const failed = files.filter((file) => {
    const words = ['tap', '--reporter=terse', '--timeout=0', file]
    return spawnSync('npx', words, { cwd: root, env, stdio: 'inherit' }).status !== 0
  })
  console.log(
    `${files.length} files with ${times} cases a property, ${failed.length} failed: ${failed.join(' ')}`,
  )
  return failed.length
}
