import type { FirstPass } from '../../ingest/coalesce/firstPass.ts'
import type { DirectoryWatcher } from '../directory/watcher.ts'
import { newEntry } from '../entry.ts'
import type { FileIdentity } from '../identity.ts'
import type { OpenedFile } from '../openedFile.ts'
import type { WatchContext } from '../setup.ts'
import { takeFile } from '../takeFile.ts'
import { collectGroup, mayGroup } from './collect.ts'
import { dissolveGroup } from './dissolve.ts'
import { ingestGroup } from './ingestGroup.ts'
import { type GroupMember, isWorthReading, readGroup } from './readGroup.ts'

/** Takes a file that has settled, and with it those that wait behind it, as one sequence if that is possible. */
export async function takeWaiting(
  watching: WatchContext,
  watcher: DirectoryWatcher,
  first: FileIdentity,
): Promise<void> {
  const files = mayGroup(watching) ? await collectGroup(watching, watcher, first) : []
  try {
    if (files.length > 1 && (await takeGroup(watching, watcher, files))) return
  } finally {
    await Promise.all(files.map((opened) => opened.close()))
  }
  await takeFile(watching, watcher, first)
  watching.ungrouped.delete(first.path)
}

/** False if the first file is to be taken alone. */
async function takeGroup(
  watching: WatchContext,
  watcher: DirectoryWatcher,
  files: readonly OpenedFile[],
): Promise<boolean> {
  const putBack = (those: readonly OpenedFile[]) => {
    for (const { identity } of those) watcher.putBack(identity)
  }
  if (!isWorthReading(watching, files)) {
    for (const { identity } of files) watching.ungrouped.add(identity.path)
    putBack(files.slice(1))
    return false
  }
  const members = await begin(watching, files)
  const firstPass = await readGroup(watching, members)
  try {
    const group = members.slice(0, firstPass.digests.length)
    const faulty = files[group.length]
    if (faulty !== undefined) watching.ungrouped.add(faulty.identity.path)
    const isGroup = group.length > 1
    forget(watching, isGroup ? members.slice(group.length) : members)
    putBack(files.slice(Math.max(1, group.length)))
    if (!isGroup) return false
    if (await takeMembers(watching, group, firstPass)) return true
    putBack(files.slice(0, group.length))
    return true
  } finally {
    firstPass.plan.close()
  }
}

async function begin(watching: WatchContext, files: readonly OpenedFile[]): Promise<GroupMember[]> {
  const members: GroupMember[] = []
  for (const opened of files) members.push({ opened, entry: await newEntry(watching, opened.identity) })
  watching.log.together(() => {
    for (const { entry } of members) watching.log.begin(entry)
  })
  return members
}

function forget({ log }: WatchContext, members: readonly GroupMember[]): void {
  log.together(() => {
    for (const { entry } of members) log.forget(entry)
  })
}

/** False if a file turned out to be at fault, and all are to be taken again. */
async function takeMembers(
  watching: WatchContext,
  members: readonly GroupMember[],
  first: FirstPass,
): Promise<boolean> {
  const { log, rejects, ungrouped } = watching
  const runs = members.map(({ entry }) => entry.run)
  const place = rejects.shared?.placeOf(runs)
  log.groups.open({ runs, mark: first.mark, ...(place !== undefined && { rejects: place }) })
  const faulty = await ingestGroup(watching, members, first)
  if (faulty === undefined) return true
  ungrouped.add(faulty.entry.path)
  const entries = members.map(({ entry }) => entry)
  await dissolveGroup(watching, entries)
  return false
}
