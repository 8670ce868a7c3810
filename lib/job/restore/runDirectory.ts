import { readFileSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../../file/directory.ts'
import type { RunRecord } from '../../run/record.ts'
import type { State } from '../../run/state.ts'
import { forgetPruned } from './progressTable.ts'
import { spoolFailure } from './target/spoolFailure.ts'

/** The file that names the target of a run: an embedded store has its own journal, beside its data. */
const TARGET_FILE = 'target'

const unwritable = spoolFailure('the files of a restore')

/** Where a restore keeps what is in no table: references, and the ids that it wrote. */
export function runDirectory(state: State, run: string): string {
  return join(restoresIn(state), run)
}

/** Makes the directory for a run that has its row. @throws ElysiaError ELYSIA_STATE */
export function makeRunDirectory(state: State, run: string, target: string): void {
  const directory = runDirectory(state, run)
  try {
    makeDirectory(directory)
    writeFileSync(join(directory, TARGET_FILE), target, { mode: 0o600 })
  } catch (cause) {
    unwritable(cause)
  }
}

/**
 * Removes leftovers of restores into a target that no command will continue: their run has finished, a later one
 * replaced it, or the journal has forgotten it. A run has its row before its directory, so running ones are safe. What
 * cannot be removed stays for the next restore.
 */
export async function removeDeadRuns(state: State, target: string): Promise<void> {
  forgetPruned(state.database)
  const names = await readdir(restoresIn(state)).catch(() => [])
  if (names.length === 0) return
  const runs = new Map(state.journal.runs(target).map((run) => [run.run, run]))
  const continuable = newestOfEachKey([...runs.values()])
  for (const name of names) {
    const record = runs.get(name)
    const isDead = record === undefined ? targetIn(state, name) === target : !continuable.has(name)
    if (isDead) await rm(runDirectory(state, name), { recursive: true, force: true }).catch(() => {})
  }
}

/** The runs that a command may still continue: the newest of each key, unless it is done. */
function newestOfEachKey(runs: readonly RunRecord[]): ReadonlySet<string> {
  const newest = new Map<string, RunRecord>()
  for (const run of runs) if (!newest.has(run.key)) newest.set(run.key, run)
  return new Set([...newest.values()].filter(({ status }) => status !== 'done').map(({ run }) => run))
}

/** Undefined for a directory of an older version, whose target is unknown. */
function targetIn(state: State, name: string): string | undefined {
  try {
    return readFileSync(join(runDirectory(state, name), TARGET_FILE), 'utf8')
  } catch {
    return undefined
  }
}

function restoresIn({ directory }: State): string {
  return join(directory, 'restores')
}
