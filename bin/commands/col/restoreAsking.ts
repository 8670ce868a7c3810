import type { Context } from '../../cli/command.ts'
import {
  type Deletions,
  ElysiaError,
  type OptionsSchema,
  pluralize,
  type RestoreOptions,
} from '../../library.ts'

/** Whether to ask before a replace. */
export const restoreAskOptions = {
  type: 'object',
  name: 'restoreAsk',
  description: 'Whether to ask before objects are deleted.',
  properties: {
    yes: {
      type: 'boolean',
      short: 'y',
      description: 'replace a collection without asking',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** @throws ElysiaError ELYSIA_USAGE if the user must be asked, and there is no terminal */
export function requireAnswerable(
  context: Context,
  { onConflict, dryRun, plan }: Pick<RestoreOptions, 'onConflict' | 'dryRun' | 'plan'>,
): void {
  const { yes } = context.options(restoreAskOptions)
  if (onConflict !== 'replace' || dryRun || plan !== undefined || yes || process.stdin.isTTY) return
  throw new ElysiaError('ELYSIA_USAGE', 'a replace deletes objects, and there is no terminal to ask on', {
    hint: 'see what it would do with --dry-run, then use --yes to replace without asking',
  })
}

/** Asks for the name of the collection in which a replace will delete objects. */
export async function confirmDeletions({ console }: Context, deletions: Deletions): Promise<boolean> {
  const { collection, target, objects, source, deletes } = deletions
  const what = `${collection} in ${target} (${pluralize(objects, 'object')}) with ${pluralize(source, 'object')}`
  const answer = await console.ask(
    `Replace ${what} of the archive, and delete ${pluralize(deletes, 'object')}? Type the name of the collection: `,
  )
  return answer === collection
}
