import type { Console } from '../../../cli/console.ts'
import type { OptionsSchema, RestoreSource } from '../../../library.ts'
import { restoreJob } from '../../../library.ts'

/** What to print instead of restoring. */
export const restoreListOptions = {
  type: 'object',
  name: 'restoreList',
  description: 'What to print in place of a restore.',
  properties: {
    list: {
      type: 'boolean',
      description: 'print what the archive holds, one tenant or part per line, to edit for --use-list',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** Prints the list of an archive. */
export async function printList(console: Console, source: RestoreSource, signal: AbortSignal): Promise<void> {
  const { listLines } = await restoreJob()
  const lines = (function* () {
    for (const line of listLines(source)) yield `${line}\n`
  })()
  await console.printJson(lines, signal)
}
