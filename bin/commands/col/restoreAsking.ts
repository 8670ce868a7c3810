import type { Context } from '../../cli/command.ts'
import {
  type Deletions,
  ElysiaError,
  type OptionsSchema,
  type Plan,
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
      description: 'replace a collection, or delete what a plan says, without asking',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/**
 * Checks, before a replace begins, that the user can be asked.
 * @throws ElysiaError ELYSIA_USAGE if the user must be asked, and there is no terminal
 */
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

/**
 * Asks before a plan deletes objects: who applies it may not be who has read it. Returns how to ask; undefined if
 * nothing is asked.
 * @throws ElysiaError ELYSIA_USAGE
 */
export function planConfirmation(
  context: Context,
  { end, path }: Pick<Plan, 'end' | 'path'>,
): ((deletions: Deletions) => Promise<boolean>) | undefined {
  const { delete: deletes } = end.counts
  if (deletes === 0 || context.options(restoreAskOptions).yes) return undefined
  if (process.stdin.isTTY) return (deletions) => confirmDeletions(context, deletions)
  const fact = `the plan ${path} deletes ${pluralize(deletes, 'object')}, and there is no terminal to ask on`
  throw new ElysiaError('ELYSIA_USAGE', fact, { hint: 'use --yes to apply it without asking' })
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
