import type { Context } from '../../../cli/command.ts'
import { givenFlags } from '../../../cli/next.ts'
import { commandLine } from '../../../cli/signal/commandLine.ts'
import { type RestoreReport, targetOptions } from '../../../library.ts'

/** How to roll back the changes to existing collections, a line each; empty if there were none. */
export function rollbackTexts(
  { flags }: Pick<Context, 'flags'>,
  reports: readonly Pick<RestoreReport, 'id' | 'undo'>[],
): string[] {
  const target = givenFlags(targetOptions, flags, new Set())
  return reports.flatMap(({ id, undo }) => {
    if (undo === null || undo.objects === 0) return []
    const line = commandLine(['col', 'rollback', id, ...target])
    return [`undo it with: ${line} (until ${undo.kept_until.slice(0, 10)})`]
  })
}

/** How to switch an alias back, or to switch one that was not switched, a line each. */
export function aliasTexts(
  { flags }: Pick<Context, 'flags'>,
  reports: readonly Pick<RestoreReport, 'alias' | 'class' | 'status'>[],
): string[] {
  const target = givenFlags(targetOptions, flags, new Set())
  return reports.flatMap(({ alias, class: restored, status }) => {
    if (alias === null || status !== 'done') return []
    const { name, before, switched, dropped } = alias
    const point = (to: string) => commandLine(['col', 'alias', name, to, ...target])
    if (!switched) return [`switch it anyway with: ${point(restored)}`]
    if (before === null || before === restored || dropped) return []
    const rm = commandLine(['col', 'rm', before, ...target])
    return [`go back with: ${point(before)}`, `remove what it meant before with: ${rm}`]
  })
}
