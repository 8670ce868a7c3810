import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { onScreen, type Screen, type Size } from '../../scripts/terminal.ts'
import { needsProcess, runInside } from './inside.ts'

/** How the command ended, and what it said. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The command in a directory of its own, with its data, state and configuration below it. */
export interface Home {
  readonly directory: string
  /** Runs to the end, in the process of the test where that is the same; `input` is what stands on standard input. */
  run(args: readonly string[], input?: string): Promise<Ended>
  /** The same in a process of its own, as a shell starts it. */
  runApart(args: readonly string[], input?: string): Promise<Ended>
  /** Starts it with pipes on all three; through `wrapper`, a command that starts the one behind it. */
  start(args: readonly string[], wrapper?: readonly string[]): Started
  /** Starts it on a pseudo-terminal of this size, and shows what is seen there. */
  screen(args: readonly string[], size: Size): Screen
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when stderr holds the text; rejects where the command ends without it. */
  says(text: string): Promise<void>
}

const COMMAND = new URL('../../bin/elysiactl.js', import.meta.url).pathname

/** Node with the flags of the file's first line, as a shell starts it: they bound the memory. */
const STARTED = [process.execPath, ...flagsOf(readFileSync(COMMAND, 'utf8')), COMMAND]

function flagsOf(script: string): string[] {
  const flags = /^#!\/usr\/bin\/env -S node (--\S+(?: --\S+)*)\n/.exec(script)?.[1]
  if (flags === undefined) throw new Error('the first line of the command names no flags of Node')
  return flags.split(' ')
}

/** Files and directories by name. */
export interface Files {
  readonly [name: string]: string | Buffer | Files
}

/** A home with these files in it, which the end of the test removes; `variables` go into the environment. */
export function home(t: Test, files: Files = {}, variables: Readonly<Record<string, string>> = {}): Home {
  const directory = t.testdir(files as Record<string, string>)
  const env = { ...environment(directory), ...variables }
  const start = (args: readonly string[], wrapper: readonly string[] = []) => {
    const begun = started([...wrapper, ...STARTED, ...args], { cwd: directory, env })
    t.teardown(() => void begun.child.kill('SIGKILL'))
    return begun
  }
  const runApart = (args: readonly string[], input = '') => {
    const { child, ended } = start(args)
    child.stdin!.on('error', () => {})
    child.stdin!.end(input)
    return ended
  }
  return {
    directory,
    start,
    screen(args, size) {
      const screen = onScreen([...STARTED, ...args], size, { cwd: directory, env })
      t.teardown(() => screen.close())
      return screen
    },
    run(args, input = '') {
      return needsProcess(args, variables)
        ? runApart(args, input)
        : runInside(args, { directory, env, input })
    },
    runApart,
  }
}

/** Its runs are processes of their own, for what is said of a whole process: its memory, its time. */
export function apart(place: Home): Home {
  return { ...place, run: place.runApart }
}

function started(argv: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Started {
  const child = spawn(argv[0]!, argv.slice(1), { ...options, stdio: 'pipe' })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
      child.emit('said')
    })
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }))
  return { child, ended, says: (text) => heard(child, said, text, ended) }
}

async function heard(child: ChildProcess, said: Omit<Ended, 'code'>, text: string, ended: Promise<Ended>) {
  const over = ended.then(({ stderr }) => {
    if (!stderr.includes(text)) throw new Error(`ended without "${text}": ${stderr}`)
  })
  while (!said.stderr.includes(text)) await Promise.race([once(child, 'said'), over])
}

/** Nothing of the machine's own settings, but what a process needs. */
function environment(directory: string): NodeJS.ProcessEnv {
  const { PATH, TMPDIR, NODE_COMPILE_CACHE } = process.env
  const own = { XDG_DATA_HOME: 'data', XDG_STATE_HOME: 'state', XDG_CONFIG_HOME: 'config', HOME: '.' }
  const places = Object.entries(own).map(([name, place]) => [name, `${directory}/${place}`])
  const inherited = { PATH, TMPDIR, NODE_COMPILE_CACHE }
  return { ...inherited, ...Object.fromEntries(places) }
}

/** Adds of `count` paths as JSON lines. */
export function adds(count: number, content = 'text'): string {
  const records = Array.from({ length: count }, (_, index) => {
    return { repo: 'r', op: 'add', path: `file-${index}`, content: `${content} ${index}` }
  })
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}
