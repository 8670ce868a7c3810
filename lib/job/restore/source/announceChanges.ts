import type { RestoreRun } from '../run.ts'

/** Reports what reading another program's source has changed in its objects. */
export function announceChanges({ source, frame }: Pick<RestoreRun, 'source' | 'frame'>): void {
  const changed = source.changes?.() ?? {}
  if (Object.keys(changed).length > 0) frame.emit({ type: 'source_changed', source: source.name, ...changed })
}
