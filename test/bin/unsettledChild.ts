// Runs one command of the table with its promise killed: `run` never settles, and nothing is left to wait for.
import { setTimeout as wait } from 'node:timers/promises'
import type { Command, Group, LoadCommand } from '../../bin/cli/command.ts'
import { follow, isGroup } from '../../bin/cli/registry.ts'
import { COMMANDS } from '../../bin/commands/table.ts'
import { main } from '../../bin/main.ts'

const [how, name = '', ...words] = process.argv.slice(2)

/** Puts another `run` into the table, for a command that then needs no operands. */
async function replace(run: Command['run']): Promise<void> {
  const path = name.split(' ')
  const { member: group } = follow(COMMANDS, path.slice(0, -1))
  const { member } = follow(COMMANDS, path)
  if (!isGroup(group) || isGroup(member)) throw new Error(`${name} is no command`)
  const { command } = await member()
  const members = group.members as Record<string, Group | LoadCommand>
  members[path.at(-1)!] = async () => ({ command: { ...command, operands: [], run } })
}

if (how === 'command') await replace(() => new Promise(() => {}))
// Thrown where nobody waits for it, with a message that would forge a line.
if (how === 'thrown') {
  await replace(() => {
    setTimeout(() => {
      throw new Error('a\nFORGED \u001b[31m')
    })
    process.emitWarning('a\nFORGED \u001b[31m')
    return new Promise<void>(() => {})
  })
}
// Ctrl-C while the report is printed, or while the work goes on.
if (how === 'late' || how === 'early') {
  await replace(async (context) => {
    const { stop } = context
    if (how === 'late') context.done()
    process.kill(process.pid, 'SIGINT')
    while (!stop.aborted) await wait(5)
  })
}
// What is written never says that it was: the promise of whoever waits for it is dead.
if (how === 'output') process.stdout.write = () => true
await main([...name.split(' '), ...words])
