import type { Command, Context } from '../../cli/command.ts'
import { type CollectionSummary, ElysiaError, targetOptions } from '../../library.ts'
import { columns } from '../../view/columns.ts'

/** `col ls`: the collections of the target, by name. */
export const command: Command = {
  name: 'col ls',
  summary: 'list the collections',
  usage: '',
  examples: ['elysiactl col ls', 'elysiactl col ls --target http://localhost:8080 --json'],
  schemas: [targetOptions],
  run,
}

async function run(context: Context): Promise<void> {
  const { operands, console } = context
  if (operands.length > 0)
    throw new ElysiaError('ELYSIA_USAGE', `col ls takes no operand, not ${operands[0]}`)
  const { store } = await context.readTarget()
  const found = (await store.list()).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  if (console.json) return console.document({ target: store.target, collections: found })
  if (found.length === 0) return console.note('no collections; `elysiactl index process-jsonl` makes one')
  await console.print(columns(['name', 'objects', 'tenants'], found.map(row)))
}

function row({ name, objects, tenants }: CollectionSummary): (string | number)[] {
  return [name, objects ?? 'unknown', tenants ?? '']
}
