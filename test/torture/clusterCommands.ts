import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Nodes } from './nodes.ts'

const COMMAND = fileURLToPath(new URL('../../bin/elysiactl.js', import.meta.url))
/** How long a command waits that has to come to its end, and one that cannot. */
export const [LONG, SHORT]: readonly [string, string] = ['90s', '6s']
/** The one that is killed; the target names the others first. */
export const VICTIM = 2

/** A command that ended otherwise than it should. */
export class Wrong extends Error {}

/** How long a server may take for it. */
const REPAIRED_MS = 180_000
const BEHIND = 1
/** Something differs; a job that was done in danger has it as well. */
const DIFFERENT = 3
/** Of what is done, while a node is gone. */
const DONE_IN_DANGER = 3

/** True for a job that ended since a copy lacks what its node has missed. */
async function isBehind(job: Promise<Ended>): Promise<boolean> {
  const { code, errors } = await job
  return code === BEHIND && errors.includes('one of their copies lacks some')
}

/** How a command ended; `code` is null where it was killed. */
interface Ended {
  readonly code: number | null
  readonly errors: string
}

/** Gives commands to a cluster, and kills one of its nodes meanwhile. */
export class ClusterCommands {
  readonly nodes: Nodes
  readonly target: string
  readonly #home: string
  readonly #ended = new Map<number, number>()

  constructor(nodes: Nodes, home: string) {
    this.nodes = nodes
    this.#home = home
    this.target = nodes.target(0, 1, VICTIM)
  }

  /** Gives a command, kills the node a moment later, and gives it again when the node is back, unless it was done. */
  async during(words: readonly string[], again: readonly string[] = []): Promise<void> {
    const job = this.run(words)
    await wait(700 + Math.random() * 1500)
    await this.nodes.kill(VICTIM)
    // What makes a class refuses a cluster with a node down where it had not yet begun, and says so where it had come to its end.
    const isMaking = ['restore', 'copy', 'migrate'].some((one) => words.includes(one))
    const codes = isMaking ? [0, DONE_IN_DANGER, 5, 13] : [0, 13]
    const code = (await isBehind(job)) ? BEHIND : await this.judged(codes, words, job)
    await this.nodes.again(VICTIM)
    const retryUntilDeadline = words.map((word) => (word === SHORT ? LONG : word))
    if (code === 0) return
    if (code === DONE_IN_DANGER) {
      const { errors } = await job
      if (!errors.includes('is not healthy'))
        throw new Wrong(`exit ${code} without a reason: ${errors.slice(-600)}`)
      return
    }
    // A backup that had not begun left nothing to resume.
    const ended = await this.onceRepaired(again.length > 0 ? [0, 10] : [0], [...retryUntilDeadline, ...again])
    if (ended !== 0) await this.onceRepaired([0], retryUntilDeadline)
  }

  /**
   * Gives a command, and again for as long as it says that a copy lacks what its node missed: the server repairs that in
   * its own time, where the class has `asyncEnabled`.
   */
  async onceRepaired(codes: readonly number[], words: readonly string[]): Promise<number> {
    const started = performance.now()
    for (;;) {
      const job = this.run(words)
      if (performance.now() - started > REPAIRED_MS || !(await isBehind(job)))
        return this.judged(codes, words, job)
      await wait(2000)
    }
  }

  /** How many commands ended with each exit code. */
  get summary(): string {
    const counts = [...this.#ended].sort(([one], [other]) => one - other)
    return counts.map(([code, count]) => `${count} with ${code}`).join(', ')
  }

  path(name: string): string {
    return join(this.#home, name)
  }

  async ends(codes: readonly number[], words: readonly string[]): Promise<void> {
    await this.judged(codes, words, this.run(words))
  }

  async judged(codes: readonly number[], words: readonly string[], job: Promise<Ended>): Promise<number> {
    const { code, errors } = await job
    const shown = words.filter((word) => !word.includes('/')).join(' ')
    if (code === null || !codes.includes(code))
      throw new Wrong(`${shown}: exit ${code}, not ${codes}: ${errors.slice(-600)}`)
    if (code !== 0 && code !== DIFFERENT && !errors.includes('error: '))
      throw new Wrong(`${shown}: exit ${code} without a reason: ${errors.slice(-600)}`)
    this.#ended.set(code, (this.#ended.get(code) ?? 0) + 1)
    const reason = code === 0 ? undefined : errors.split('\n').find((line) => line.startsWith('error: '))
    console.log(
      `exit ${String(code).padStart(2)}  ${shown}${reason === undefined ? '' : `\n         ${reason}`}`,
    )
    return code
  }

  async run(words: readonly string[]): Promise<Ended> {
    const home = { XDG_DATA_HOME: this.path('data'), XDG_STATE_HOME: this.path('state') }
    const child = spawn(process.execPath, [COMMAND, ...words], {
      env: { ...process.env, ...home },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
    const [code, errors] = await Promise.all([closed, text(child.stderr)])
    return { code, errors }
  }
}
