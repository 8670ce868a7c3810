// Runs commands of the table with their promises killed: `run` never settles, and nothing is left to wait for.
import { setTimeout as wait } from 'node:timers/promises'
import type { Command, Group, LoadCommand } from '../../../bin/cli/command.ts'
import { followWords, isGroup } from '../../../bin/cli/registry.ts'
import { COMMANDS } from '../../../bin/commands/table.ts'
import { main } from '../../../bin/main.ts'

/** A command line, and what is done to it: its promise is never settled, or what it prints is never taken. */
export interface Unsettled {
  readonly how: 'command' | 'output'
  readonly name: string
  readonly words: readonly string[]
}

/** How a process would have ended. */
export interface UnsettledEnd {
  readonly code: unknown
  readonly stderr: string
}

const [how, name = '', ...words] = process.argv.slice(2)
const never = () => new Promise<void>(() => {})

/** Puts another `run` into the table, for a command that then needs no operands. */
async function replace(name: string, run: Command['run']): Promise<void> {
  const path = name.split(' ')
  const { member: group } = followWords(COMMANDS, path.slice(0, -1))
  const { member } = followWords(COMMANDS, path)
  if (!isGroup(group) || isGroup(member)) throw new Error(`${name} is not a command`)
  const { command } = await member()
  const members = group.members as Record<string, Group | LoadCommand>
  members[path.at(-1)!] = async () => ({ command: { ...command, operands: [], run } })
}

/**
 * Begins one after the other, in one process: each when nothing is left to wait for, which is when a process of its own would
 * end. Prints how these would have ended.
 */
async function runEach(cases: readonly Unsettled[]): Promise<void> {
  const [write, say] = [process.stdout.write.bind(process.stdout), process.stderr.write.bind(process.stderr)]
  const ends: UnsettledEnd[] = []
  for (const { how, name, words } of cases) {
    let stderr = ''
    process.stderr.write = (text) => {
      stderr += text
      return true
    }
    process.stdout.write = () => true
    if (how === 'command') await replace(name, never)
    // Listeners of Node's are called in their order: this one comes before the command's own, and waits for that.
    const nothingLeft = new Promise((resolve) => process.once('beforeExit', () => setImmediate(resolve)))
    process.exitCode = undefined
    void main([...name.split(' '), ...words])
    await nothingLeft
    ends.push({ code: process.exitCode, stderr })
    process.removeAllListeners('uncaughtException')
  }
  Object.assign(process.stdout, { write })
  Object.assign(process.stderr, { write: say })
  process.exitCode = 0
  write(JSON.stringify(ends))
}

if (how === 'each') await runEach(JSON.parse(name) as Unsettled[])
if (how === 'command') await replace(name, never)
// Thrown where nobody waits for it, with a message that would forge a line.
if (how === 'thrown') {
  await replace(name, () => {
    setTimeout(() => {
      throw new Error('a\nFORGED \u001b[31m')
    })
    process.emitWarning('a\nFORGED \u001b[31m')
    return never()
  })
}
// Ctrl-C while the report is printed, or while the work goes on.
if (how === 'late' || how === 'early') {
  await replace(name, async (context) => {
    const { stop } = context
    if (how === 'late') context.done()
    process.kill(process.pid, 'SIGINT')
    while (!stop.aborted) await wait(5)
  })
}
// What is written never says that it was: the promise of whoever waits for it is dead.
if (how === 'output') process.stdout.write = () => true
if (how !== 'each') await main([...name.split(' '), ...words])
