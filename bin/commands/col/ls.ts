import type { Command, Context } from '../../cli/command.ts'
import { tableOptions, tablesFor } from '../../cli/tables.ts'
import { type CollectionSummary, targetOptions } from '../../library.ts'

/** `col ls`: the collections of the target, by name. */
export const command: Command = {
  summary: 'list the collections',
  alsoKnownAs: ['collections'],
  operands: [],
  examples: ['elysiactl col ls', 'elysiactl col ls --target http://localhost:8080 --json'],
  schemas: [tableOptions, targetOptions],
  document: 'collections',
  exits: ['unreachable'],
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const { store } = await context.readTarget()
  const found = (await store.list()).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  if (console.json) return console.document({ target: store.target, collections: found })
  if (found.length === 0) return console.note('no collections; `elysiactl index process-jsonl` makes one')
  await console.print(
    (await tablesFor(context)).of([{ name: 'name', whole: true }, 'objects', 'tenants'], found.map(row)),
  )
}

function row({ name, objects, tenants }: CollectionSummary): (string | number)[] {
  return [name, objects ?? 'unknown', tenants ?? '']
}
