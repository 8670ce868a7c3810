import type { Context } from '../../cli/command.ts'
import { givenFlags } from '../../cli/next.ts'
import { commandLine } from '../../cli/signal/commandLine.ts'
import { type RestoreReport, targetOptions } from '../../library.ts'

/** How what was changed of collections that were there is taken back, a line each; none where nothing was. */
export function takeBackTexts(
  { flags }: Pick<Context, 'flags'>,
  reports: readonly Pick<RestoreReport, 'id' | 'undo'>[],
): string[] {
  const target = givenFlags(targetOptions, flags, new Set())
  return reports.flatMap(({ id, undo }) => {
    if (undo === null || undo.objects === 0) return []
    const line = commandLine(['col', 'rollback', id, ...target])
    return [`take it back with: ${line} (until ${undo.kept_until.slice(0, 10)})`]
  })
}
