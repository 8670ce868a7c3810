// Runs one command of the table with its promise killed: `run` never settles, and nothing is left to wait for.
import { COMMANDS } from '../../bin/commands/table.ts'
import { main } from '../../bin/main.ts'

const [how, name = '', ...words] = process.argv.slice(2)
if (how === 'command') {
  const table = COMMANDS as Record<string, (typeof COMMANDS)[string]>
  const { command } = await table[name]!()
  table[name] = async () => ({ command: { ...command, run: () => new Promise(() => {}) } })
}
// Thrown where nobody waits for it, with a message that would forge a line.
if (how === 'thrown') {
  const table = COMMANDS as Record<string, (typeof COMMANDS)[string]>
  const { command } = await table[name]!()
  const run = () => {
    setTimeout(() => {
      throw new Error('a\nFORGED \u001b[31m')
    })
    process.emitWarning('a\nFORGED \u001b[31m')
    return new Promise<void>(() => {})
  }
  table[name] = async () => ({ command: { ...command, run } })
}
// What is written never says that it was: the promise of whoever waits for it is dead.
if (how === 'output') process.stdout.write = () => true
await main([...name.split(' '), ...words])
