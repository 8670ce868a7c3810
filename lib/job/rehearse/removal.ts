import { ElysiaError } from '../../core/errors.ts'
import type { RunContext } from '../../run/context.ts'
import { hintedFailure } from '../../run/failure.ts'
import type { Run } from '../../run/run.ts'
import type { Store } from '../../store/store.ts'
import type { ScratchNotes } from './leftovers.ts'
import type { RehearseOptions } from './options.ts'
import type { RehearsalFacts } from './report.ts'
import { dropScratch, removeScratch, type ScratchPlace } from './scratch.ts'

/** What removing leftovers needs from the rehearsal that finds them. */
export interface LeftoverRemoval {
  readonly run: Run<RunContext & { readonly into?: Store }>
  readonly options: Pick<RehearseOptions, 'retryForMs'>
  readonly facts: Pick<RehearsalFacts, 'leftovers'>
  readonly notes: Pick<ScratchNotes, 'dead'>
}

/** Removes what killed rehearsals left here, or in the current store; reports what lies elsewhere. */
export async function removeLeftovers({ run, facts, notes, options }: LeftoverRemoval): Promise<void> {
  const { into } = run.context
  const retry = run.retrying(options.retryForMs)
  for (const { place, end } of await notes.dead(run.signal)) {
    let isGone = false
    try {
      if (place.target === undefined || place.target === into?.target) {
        if (into !== undefined && place.target !== undefined) await retry(() => dropScratch(into, place))
        await removeScratch(place)
        isGone = true
        facts.leftovers.push(place.target === undefined ? place.directory : place.class)
        run.emit({ type: 'scratch_removed', ...placeFacts(place) })
      } else run.emit({ type: 'scratch_left', ...placeFacts(place) })
    } catch (error) {
      run.emit({ type: 'scratch_left', ...placeFacts(place), error: hintedFailure(error) })
    } finally {
      end(isGone)
    }
  }
}

/** A place in events: its directory, or its class and store. */
export function placeFacts({ class: name, directory, target }: ScratchPlace) {
  return target === undefined ? { directory } : { collection: name, target }
}

/** The error of a rehearsal that could not remove its own scratch. */
export function scratchLeft({ class: name, directory, target }: ScratchPlace): ElysiaError {
  const what = target === undefined ? directory : `${name} in ${target}`
  return new ElysiaError('ELYSIA_STORE', `the scratch of the rehearsal could not be removed: ${what}`, {
    hint: 'the next rehearsal tries again; `elysiactl col rm` removes a class by hand',
  })
}
