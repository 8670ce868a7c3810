import type { OptionsSchema } from '../library.ts'
import type { Column } from '../view/columns.ts'
import { localText, utcText } from '../view/times.ts'
import type { Context } from './command.ts'

/** How tables are shown. */
export const tableOptions = {
  type: 'object',
  name: 'tables',
  title: 'Table options',
  description: 'How tables are shown.',
  properties: {
    wide: {
      type: 'boolean',
      description: 'show all columns in full, however narrow the terminal',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** Tables that fit the command's terminal, with times in its time zone. */
export interface Tables {
  of(head: readonly Column[], rows: readonly (readonly (string | number)[])[]): string[]
  time(iso: string): string
  /** Reports once which columns are not shown. */
  noteDropped(): void
}

/**
 * Needs tableOptions in schemas. Without a terminal everything is shown, and times are in UTC. Measuring texts takes 20
 * ms to load: help and JSON do without.
 */
export async function tablesFor({ console, options }: Pick<Context, 'console' | 'options'>): Promise<Tables> {
  const { columns } = await import('../view/columns.ts')
  const width = options(tableOptions).wide ? undefined : console.columns
  const dropped = new Set<string>()
  return {
    of: (head, rows) =>
      columns(head, rows, width, (names) => {
        for (const name of names) dropped.add(name)
      }),
    time: console.printsToTerminal ? localText : utcText,
    noteDropped() {
      if (dropped.size > 0) console.note(`not shown: ${[...dropped].join(', ')}; --wide shows all`)
    },
  }
}
