import type { Report } from '../../../core/report.ts'
import type { JobResult } from '../../../run/run.ts'
import { type FirstPass, passOf } from '../../ingest/coalesce/firstPass.ts'
import { withoutAttempts } from '../attempts.ts'
import { endedEntry, takenEntry } from '../entry.ts'
import { finishFile, finishRun } from '../finish.ts'
import { ingestFile, isFaultOfFile } from '../ingestFile.ts'
import type { WatchEntry } from '../log.ts'
import type { FilePosition } from '../openedFile.ts'
import type { WatchContext } from '../setup.ts'
import type { GroupMember } from './readGroup.ts'

/** A file of a group whose run has ended well; `ended` is undefined if that was in an earlier process. */
interface MemberRun {
  readonly entry: WatchEntry
  readonly ended: JobResult<Report> | undefined
}

/**
 * Takes the files of a group that was read, each as a run of its own, and settles them together when the last one is
 * written: until then each may lack what a later one replaces. Goes on where an earlier process stopped. Returns a file
 * at fault, if one turns up: then nothing of the group is settled.
 * @throws what is no fault of a file
 */
export async function ingestGroup(
  watching: WatchContext,
  members: readonly GroupMember[],
  first: FirstPass,
): Promise<GroupMember | undefined> {
  const { log, totals } = watching
  const paths = members.map(({ entry }) => entry.input)
  const countsBefore = totals.mark()
  const taken: MemberRun[] = []
  for (const [index, member] of members.entries()) {
    const before = endedEntry(watching, member.entry)
    if (before !== undefined) {
      taken.push({ entry: before, ended: undefined })
      continue
    }
    const ended = await ingestMember(watching, member, passOf(first, index, paths))
    const { error, report } = ended
    const isStopped = report.status === 'interrupted'
    if (isStopped || (error !== undefined && !isFaultOfFile(ended))) {
      log.update(withoutAttempts(member.entry))
      if (error !== undefined && !isStopped) throw error
      return undefined
    }
    if (error !== undefined) {
      totals.returnTo(countsBefore)
      return member
    }
    taken.push({ entry: takenEntry(member.entry, member.opened.position(report.lines)), ended })
  }
  await finishGroup(watching, taken)
  return undefined
}

async function ingestMember(
  watching: WatchContext,
  { entry, opened }: GroupMember,
  first: FirstPass,
): Promise<JobResult<Report>> {
  const { log, totals } = watching
  const attempt: WatchEntry = { ...entry, attempting: true }
  log.update(attempt)
  const note = (reached: FilePosition) => log.update({ ...attempt, reached })
  const start = { byte: 0, linesBefore: 0 }
  const ended = await ingestFile(watching, attempt, opened, { start, note, first }).catch(
    (error: unknown) => {
      log.update(withoutAttempts(entry))
      throw error
    },
  )
  totals.add(ended.report)
  return ended
}

async function finishGroup(watching: WatchContext, taken: readonly MemberRun[]): Promise<void> {
  const { log } = watching
  log.together(() => {
    for (const { entry } of taken) log.update(entry)
    log.groups.close()
  })
  for (const { entry, ended } of taken) {
    if (ended === undefined) await finishFile(watching, entry)
    else await finishRun(watching, entry, ended)
  }
}
