import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { namePattern } from '../../../file/namePattern.ts'
import { hasKilledTooOften, withAttempt } from '../attempts.ts'
import { endedEntry, newEntry } from '../entry.ts'
import { type FileIdentity, inspectPath, isFile, wasRecreated } from '../identity.ts'
import type { WatchEntry } from '../log.ts'
import { openFile } from '../openedFile.ts'
import type { WatchContext } from '../setup.ts'
import { mayGroup } from './collect.ts'
import { dissolveGroup } from './dissolve.ts'
import { ingestGroup } from './ingestGroup.ts'
import { type GroupMember, readGroup } from './readGroup.ts'

/**
 * Goes on with the group that an earlier process left, if its files still begin with what was read of them; otherwise
 * they are taken again from their first lines.
 */
export async function resumeGroup(watching: WatchContext): Promise<void> {
  const { log, ungrouped, rejects } = watching
  const group = log.groups.find()
  if (group === undefined) return
  // The rejects may go into another file now, or others may have written to this one since.
  const place = rejects.shared?.placeOf(group.runs, group.rejects)
  if (place !== undefined) log.groups.open({ ...group, rejects: place })
  const entries = group.runs.flatMap((run) => log.ofRun(run) ?? [])
  const isKnown = entries.length === group.runs.length && !entries.some((entry) => isPruned(watching, entry))
  const members = isKnown ? await reopen(watching, entries) : undefined
  if (members === undefined) return dissolveGroup(watching, entries)
  try {
    const hopeless = members.find(({ entry }) => hasKilledTooOften(entry))
    if (hopeless !== undefined) return await dissolveGroup(watching, entries, await apart(watching, hopeless))
    const first = await readGroup(watching, members)
    try {
      if (!isDeepStrictEqual(first.mark, group.mark)) return await dissolveGroup(watching, entries)
      const faulty = await ingestGroup(watching, members, first)
      if (faulty === undefined) return
      ungrouped.add(faulty.entry.path)
      await dissolveGroup(watching, entries)
    } finally {
      first.plan.close()
    }
  } finally {
    await Promise.all(members.map(({ opened }) => opened.close()))
  }
}

/** True if the run came to the end of its file, and the journal no longer knows whether it ended there. */
function isPruned({ run: { context } }: WatchContext, { reached, run }: WatchEntry): boolean {
  return reached !== undefined && context.state?.journal.find(run) === undefined
}

/** The entry of a file that ended processes: it is taken alone, and a death there counts. */
async function apart(watching: WatchContext, { entry }: GroupMember): Promise<WatchEntry> {
  return { ...(await newEntry(watching, entry)), deaths: 1 }
}

/** Undefined if one of the files is gone, or is shorter; what was added to one is not read. */
async function reopen(
  watching: WatchContext,
  entries: readonly WatchEntry[],
): Promise<GroupMember[] | undefined> {
  if (!mayGroup(watching)) return undefined
  const members: GroupMember[] = []
  for (const entry of entries) {
    const member = await reopenFile(watching, entry)
    if (member === undefined) {
      await Promise.all(members.map(({ opened }) => opened.close()))
      return undefined
    }
    members.push(member)
  }
  return members
}

async function reopenFile(watching: WatchContext, entry: WatchEntry): Promise<GroupMember | undefined> {
  const { folder, options } = watching
  const file = await whereIs(watching, entry)
  if (file === undefined || file.size < entry.size) return undefined
  const opened = await openFile(folder, file, options.followLinks, entry.size)
  if (typeof opened === 'string') return undefined
  const there: WatchEntry = { ...entry, device: file.device, path: file.path, gone: false }
  if (there.path !== entry.path || there.device !== entry.device) relocate(watching, entry, there)
  const isEnded = endedEntry(watching, there) !== undefined
  return {
    opened,
    entry: { ...(isEnded ? there : withAttempt(watching, there)), attempting: false },
  }
}

/** A file by its inode: under its name, or under another one in the directory. */
async function whereIs(
  { folder, options }: WatchContext,
  entry: WatchEntry,
): Promise<FileIdentity | undefined> {
  const lookAt = async (name: string) => {
    const found = await inspectPath(folder.pathOf(name), options.followLinks, folder.at(name))
    return isFile(found) && found.inode === entry.inode && !wasRecreated(entry, found) ? found : undefined
  }
  const found = await lookAt(basename(entry.path))
  if (found !== undefined) return found
  const matches = namePattern(options.pattern)
  for (const name of (await readdir(folder.at('.'))).filter(matches)) {
    const renamed = await lookAt(name)
    if (renamed !== undefined) return renamed
  }
  return undefined
}

/** Notes the new name of a file, or the new number of its device, which may change when the system restarts. */
function relocate({ log }: WatchContext, known: WatchEntry, there: WatchEntry): void {
  log.together(() => {
    log.forget(known)
    log.begin(there)
  })
}
