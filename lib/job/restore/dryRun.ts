import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StoredObject } from '../../core/object.ts'
import { typeCheck } from '../../store/validation/types.ts'
import type { PartFacts } from './progressTable.ts'
import type { RestoreRun } from './run.ts'
import type { SourcePart } from './source/source.ts'
import { wanted } from './stages.ts'
import type { Refused } from './tally.ts'

/**
 * A dry run of one part: its bytes are looked at where they can be checked, else every object is read, and what is
 * none, stands twice or does not fit its class is counted as refused. Nothing is written. Memory: a page.
 * @throws ElysiaError ELYSIA_DAMAGED
 */
export async function rehearse(run: RestoreRun, part: SourcePart): Promise<void> {
  if (part.check !== undefined) return part.check(run.frame.signal)
  let [objects, rejected] = [0, 0]
  const refuse = (reason: string) => {
    rejected += 1
    run.progress.reasons.add(reason)
  }
  const fault = typeCheck(run.plan.schema)
  const { plan } = run
  const pages = await part.pages(({ reason }) => refuse(reason))
  const onRepeated = (all: readonly Refused[]) => {
    for (const { reason } of all) refuse(reason)
  }
  const count = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(page: readonly StoredObject[], _, done) {
      for (const object of page) {
        const reason = fault(plan.split(object).object.properties)
        if (reason === undefined) objects += 1
        else refuse(reason)
      }
      done(run.frame.stop.aborted ? run.frame.stop.reason : null)
    },
  })
  await pipeline([pages, ...wanted({ plan, part, onRepeated }), count], { signal: run.frame.signal })
  run.progress.parts.set(part.name, { ...NOTHING, objects: objects + rejected, rejected })
}

const NOTHING: PartFacts = {
  objects: 0,
  written: 0,
  rejected: 0,
  vectors: 0,
  references: 0,
  digest: '0',
  linked: true,
  referencesRejected: 0,
}
