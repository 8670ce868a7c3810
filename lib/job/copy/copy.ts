import { classNameOf } from '../../change/collectionName.ts'
import { ElysiaError } from '../../core/errors.ts'
import { resolveInput } from '../../options/options.ts'
import type { CollectionRef } from './compare.ts'
import { runFollow } from './follow/follow.ts'
import { type CopyOptions, type CopyOptionsInput, copyOptions } from './options.ts'
import { type CopyContext, type CopyResult, runPass } from './pass.ts'
import type { CopyReport } from './report.ts'

export type { CollectionRef } from './compare.ts'
export type { CopyContext, CopyResult } from './pass.ts'

/**
 * A collection of one store → a collection of another, without a file in between. Copies each object as it was at some
 * time during the copy. The order is that of a restore: the class, its tenants, objects, references, deletions, proof.
 * Killed at any point, the same call continues after the finished ranges. Memory: as `restore`, and a page for each
 * range that is read.
 * @throws ElysiaError the error that ended the copy; counts only what was acknowledged
 */
export async function copy(
  source: CollectionRef,
  target: CollectionRef,
  options: CopyOptionsInput = {},
  context: CopyContext = {},
): Promise<CopyReport> {
  const { report, error } = await runCopy(source, target, options, context)
  if (error !== undefined) throw error
  return report
}

/**
 * As `copy`, but also resolves with the report if the copy failed or was interrupted.
 * @throws ElysiaError only if it could not begin: options, a missing source, a target that does not fit, a lock
 */
export async function runCopy(
  from: CollectionRef,
  target: CollectionRef,
  input: CopyOptionsInput = {},
  context: CopyContext = {},
): Promise<CopyResult> {
  const options = resolveInput(copyOptions, input)
  requireAlternatives(options)
  const { follow, finish, dryRun } = options
  const source = { ...from, name: classNameOf(from.name) }
  const copied = { from: source, target, options, context }
  if ((follow || finish) && !dryRun) return runFollow(copied)
  return runPass({ ...copied, options: { ...options, sync: options.sync || follow || finish } })
}

/** @throws ElysiaError ELYSIA_USAGE */
function requireAlternatives({ sync, follow, finish, onConflict, switchAlias }: CopyOptions): void {
  const equal = sync ? '--sync' : follow ? '--follow' : finish ? '--finish' : undefined
  if (equal !== undefined && onConflict !== 'fail') {
    throw new ElysiaError('ELYSIA_USAGE', `${equal} and --on-conflict ${onConflict} cannot be combined`, {
      hint: `${equal} overwrites what differs and deletes what the source does not have: leave one of them out`,
    })
  }
  if (follow && finish) {
    throw new ElysiaError('ELYSIA_USAGE', '--follow and --finish cannot be combined', {
      hint: '--finish ends a --follow, even one in another process',
    })
  }
  if (switchAlias === undefined || finish) return
  throw new ElysiaError('ELYSIA_USAGE', '--switch-alias needs --finish', {
    hint: 'an alias is switched after both sides were compared: give --finish as well',
  })
}
