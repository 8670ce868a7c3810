import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

/** A process of its own that runs a file of `sqlite/`; killed when the test ends. */
export function nodeProcess(t: Test, name: string, ...args: string[]) {
  const file = fileURLToPath(new URL(`../store/sqlite/${name}`, import.meta.url))
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  return {
    lines: createInterface(child.stdout),
    exit: once(child, 'exit'),
    kill: () => void child.kill('SIGKILL'),
  }
}
