import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../../database/connection.ts'
import type { State } from '../../../run/state.ts'
import { UnseenIds } from '../../selection/unseenIds.ts'
import type { RestoreLog } from '../progressTable.ts'
import { RejectReasons } from '../reasons.ts'
import type { RestorePlan, RestoreState } from '../run.ts'

/** Where progress and references are kept; without a state directory, only during the run. */
export interface OwnState {
  readonly database: State['database']
  directory(): Promise<string>
  close(): Promise<void>
}

/** The place for the progress of a run: its state directory, or memory and a temporary directory. */
export function ownState(state: State | undefined): OwnState {
  let made: string | undefined
  const database = state?.database ?? openDatabase(':memory:')
  return {
    database,
    directory: async () => {
      made ??= await mkdtemp(join(tmpdir(), 'elysiactl-restore-'))
      return made
    },
    close: async () => {
      if (state === undefined) database.close()
      if (made !== undefined) await rm(made, { recursive: true, force: true })
    },
  }
}

/** The progress of a restore that has done nothing yet. */
export function initialState({ selection }: RestorePlan): RestoreState {
  return {
    parts: new Map(),
    begun: new Map(),
    damaged: new Map(),
    continued: 0,
    unseen: new UnseenIds(selection?.ids),
    reasons: new RejectReasons(),
    differences: [],
    remade: undefined,
    aliases: [],
    alias: undefined,
    planned: undefined,
    leftAlone: 0,
    deleted: 0,
    there: undefined,
    writtenHere: 0,
    writeSeconds: 0,
    workers: 0,
    health: [],
  }
}

/** Takes over the finished parts. Those of a run that read nothing back are written again if they are to be read back. */
export function restoreCheckpoint(
  progress: RestoreState,
  log: RestoreLog,
  { fresh = false, verify }: { readonly fresh?: boolean | undefined; readonly verify: boolean },
): void {
  if (fresh) return
  for (const [part, facts] of log.parts())
    if (!verify || facts.digest !== undefined) progress.parts.set(part, facts)
  progress.continued = progress.parts.size
}
