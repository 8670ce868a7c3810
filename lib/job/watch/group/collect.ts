import { coalesceMode } from '../../ingest/coalesce/mode.ts'
import type { DirectoryWatcher } from '../directory/watcher.ts'
import { type FileIdentity, sameInode } from '../identity.ts'
import type { WatchEntry } from '../log.ts'
import { type OpenedFile, openFile } from '../openedFile.ts'
import { isKnownAsItIs } from '../recognize.ts'
import type { WatchContext } from '../setup.ts'

/** Each file is held open, and moved only when the last one is settled. */
const MOST_FILES = 128
const MOST_BYTES = 4 * 1024 * 1024 * 1024

/** Whether files that wait are coalesced together; a file that may fail in the middle can replace nothing in others. */
export function mayGroup({ ingest, run: { context } }: WatchContext): boolean {
  const { coalesce, maxErrors } = ingest
  const { transforms = [] } = context
  return coalesceMode(coalesce).twoPasses !== 'never' && maxErrors === undefined && transforms.length === 0
}

/**
 * Opens the files from `first` on that have settled and are taken from their first byte, in order of name, up to one
 * that is not: one that has grown, or that was begun, or another name of one of them. Leaves out those that were taken and only lie there. Holds up to
 * 128 files open, of 4 GiB together; close them. Empty if the first one is not such a file.
 */
export async function collectGroup(
  watching: WatchContext,
  watcher: DirectoryWatcher,
  first: FileIdentity,
): Promise<OpenedFile[]> {
  const files: OpenedFile[] = []
  let bytes = 0
  for (let file: FileIdentity | undefined = first; file !== undefined; file = watcher.nextNow()) {
    if (file !== first && isDoneWith(watching, file)) continue
    if (files.some(({ identity }) => sameInode(identity, file!))) {
      // Another name of one of them, or its new one: what is remembered is one row for each inode.
      watcher.putBack(file)
      break
    }
    bytes += file.size
    const hasRoom = files.length < MOST_FILES && bytes <= MOST_BYTES
    const opened = hasRoom ? await openNew(watching, file) : undefined
    if (opened === undefined) {
      if (file !== first) watcher.putBack(file)
      break
    }
    files.push(opened)
  }
  return files
}

function isDoneWith({ log }: WatchContext, file: FileIdentity): boolean {
  const known = log.find(file)
  return (
    known !== undefined && known.status !== 'taking' && known.pending === 'keep' && isKnownAsItIs(known, file)
  )
}

/** True for a file that was only read, together with others, by a process that survived it. */
function isUntouched({ run: { context } }: WatchContext, known: WatchEntry): boolean {
  const { status, position, attempting, deaths, run } = known
  const isUnread = status === 'taking' && position === undefined && !attempting && deaths === 0
  return isUnread && context.state?.journal.find(run) === undefined
}

/** Undefined for a file that is known, or cannot be opened: it is looked at when its turn comes. */
async function openNew(watching: WatchContext, file: FileIdentity): Promise<OpenedFile | undefined> {
  const { log, folder, options, ungrouped } = watching
  if (ungrouped.has(file.path)) return undefined
  const known = log.find(file)
  if (known !== undefined && !isUntouched(watching, known)) return undefined
  const opened = await openFile(folder, file, options.followLinks).catch(() => undefined)
  return typeof opened === 'object' ? opened : undefined
}
