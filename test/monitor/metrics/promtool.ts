import { spawnSync } from 'node:child_process'

const isThere = spawnSync('promtool', ['--version']).error === undefined

/** Skips a test, by name, on a machine without promtool. */
export const withPromtool = isThere ? {} : { skip: 'promtool is not installed' }

/** What promtool says, with a text on its standard input. */
export function promtool(words: readonly string[], { input = '', cwd = '.' } = {}) {
  const { status, stdout, stderr } = spawnSync('promtool', words, { input, cwd, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}
