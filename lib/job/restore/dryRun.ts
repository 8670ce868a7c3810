import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LeftOut } from '../../archive/object/filterPages.ts'
import type { StoredObject } from '../../core/object.ts'
import { typeCheck } from '../../store/validation/types.ts'
import { type DiscardedValues, mayDiscard } from './conflict/newProperties.ts'
import { reshapeStages, selectStages } from './part/stages.ts'
import { PartTally, type RefusedObject } from './part/tally.ts'
import type { RestoreRun } from './run.ts'
import { announceChanges } from './source/announceChanges.ts'
import type { SourcePart } from './source/source.ts'

/**
 * A dry run of one part: checks its bytes where they can be checked. Otherwise, or if objects are selected or changed,
 * it reads every object, and counts as refused: lines that are not objects, repeated ids, and objects that do not fit
 * the class. Writes nothing. Memory: a page.
 * @throws ElysiaError ELYSIA_DAMAGED
 */
export async function dryRunPart(run: RestoreRun, part: SourcePart): Promise<void> {
  const { plan } = run
  await part.check?.(run.frame.signal)
  const isWhole = plan.selection === undefined && plan.transforms.isEmpty && !mayDiscard(plan.newProperties)
  if (part.check !== undefined && isWhole) return
  const tally = new PartTally(plan.compared, false)
  let objects = 0
  const refuse = ({ code, reason }: Pick<RefusedObject, 'code' | 'reason'>) => {
    tally.refuse(code)
    run.progress.reasons.add(reason)
  }
  const fault = typeCheck(plan.schema)
  const pages = await part.pages(refuse)
  const onRepeated = (all: readonly RefusedObject[]) => {
    for (const one of all) refuse(one)
  }
  const leftOut = new LeftOut((objects) => tally.leaveOut(objects))
  const { unseen } = run.progress
  const count = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(page: readonly StoredObject[], _, done) {
      for (const object of page) {
        const reason = fault(plan.split(object).object.properties)
        if (reason === undefined) objects += 1
        else refuse({ code: 'store_rejected', reason })
      }
      done(run.frame.stop.aborted ? run.frame.stop.reason : null)
    },
  })
  const { signal } = run.frame
  const stages = { plan, part, onRepeated, unseen, leftOut }
  const onAdded = (objects: number) => tally.addMade(objects)
  const onDiscarded = (values: DiscardedValues) => tally.discard(values)
  const ends = { onRefused: onRepeated, onAdded, onDiscarded, signal, seen: run.kept.seen }
  const made = reshapeStages({ ...stages, ...ends })
  await pipeline([pages, ...selectStages(stages), ...made, count], { signal })
  announceChanges(run)
  const refused = tally.facts()
  run.progress.parts.set(part.name, { ...refused, objects: refused.objects + objects })
}
