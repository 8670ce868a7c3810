import { ElysiaError } from '../../core/errors.ts'
import { hintedFailure } from '../../run/failure.ts'
import { hasKilledTooOften, withAttempt, withoutAttempts } from './attempts.ts'
import type { DirectoryWatcher } from './directory/watcher.ts'
import { endedEntry, newEntry, takenEntry } from './entry.ts'
import { failFile, finishFile, finishRun } from './finish.ts'
import { systemMessage } from './folder.ts'
import { type FileIdentity, type OtherKind, sameInode } from './identity.ts'
import { ingestFile, isFaultOfFile } from './ingestFile.ts'
import type { WatchEntry } from './log.ts'
import { type OpenedFile, openFile, type UnopenedReason } from './openedFile.ts'
import { type FileRecognition, isKnownAsItIs, recognizeFile, type StartPosition } from './recognize.ts'
import type { WatchContext } from './setup.ts'

/** How long until a file with a second name is checked again: it may only be read once that name is gone. */
const SECOND_LOOK_MS = 5000

const RIGHTS = new Set(['EACCES', 'EPERM'])

/** A file that is about to be taken. */
interface Turn {
  readonly entry: WatchEntry
  readonly start: StartPosition
}

/** Takes a file that has settled, or its new part; a known, unchanged one is only moved or deleted. */
export async function takeFile(
  watching: WatchContext,
  watcher: DirectoryWatcher,
  file: FileIdentity,
): Promise<void> {
  const logged = watching.log.find(file)
  const recorded = logged && asEnded(watching, logged)
  if (recorded !== undefined && recorded.status !== 'taking' && isKnownAsItIs(recorded, file)) {
    await finishFile(watching, recorded)
    return
  }
  const opened = await open(watching, watcher, file, recorded)
  if (opened === undefined) return
  try {
    await takeOpened(watching, opened, recorded)
  } finally {
    await opened.close()
  }
}

/** An earlier process may have died between the end of a file's run and its note. */
function asEnded(watching: WatchContext, known: WatchEntry): WatchEntry {
  const ended = known.status === 'taking' ? endedEntry(watching, known) : undefined
  if (ended !== undefined) watching.log.update(ended)
  return ended ?? known
}

/** Opens the file; undefined if it must not be taken now. */
async function open(
  watching: WatchContext,
  watcher: DirectoryWatcher,
  file: FileIdentity,
  recorded: WatchEntry | undefined,
): Promise<OpenedFile | undefined> {
  const { folder, options } = watching
  let opened: OpenedFile | UnopenedReason
  try {
    opened = await openFile(folder, file, options.followLinks)
  } catch (error) {
    if (['EMFILE', 'ENFILE', 'ENOMEM'].includes(String((error as NodeJS.ErrnoException).code))) throw error
    await cannotBeRead(watching, file, recorded, error)
    return undefined
  }
  if (typeof opened !== 'string') return opened
  if (opened === 'changed') watcher.lookLater(file.path, watching.options.settleMs + 1)
  else if (opened === 'several names') {
    watcher.lookLater(file.path, SECOND_LOOK_MS)
    if (!watching.notified.has(file.path)) reportOtherKind(watching, file.path, 'several names')
    watching.notified.add(file.path)
  } else if (opened !== 'gone' && opened !== 'directory') reportOtherKind(watching, file.path, opened)
  return undefined
}

async function takeOpened(
  watching: WatchContext,
  opened: OpenedFile,
  recorded: WatchEntry | undefined,
): Promise<void> {
  let recognized: FileRecognition
  try {
    recognized = await recognizeFile(opened, recorded)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'read') throw error
    await cannotBeRead(watching, opened.identity, recorded, error)
    return
  }
  if (recorded !== undefined && recognized.is === 'same') {
    const here = {
      ...recorded,
      ...opened.identity,
      status: recorded.status === 'failed' ? 'failed' : 'taken',
    } as const
    replace(watching, recorded, here)
    await finishFile(watching, here)
    return
  }
  const turn = await turnOf(watching, opened, recorded, recognized)
  const entry = withAttempt(watching, turn.entry)
  replace(watching, recorded, entry)
  if (hasKilledTooOften(entry)) await failFile(watching, entry)
  else await run(watching, opened, { ...turn, entry })
}

/** Records what is now known of a file. Its device number may have changed. */
function replace({ log }: WatchContext, known: WatchEntry | undefined, entry: WatchEntry): void {
  if (known !== undefined && !sameInode(known, entry)) log.forget(known)
  log.begin(entry)
}

async function turnOf(
  watching: WatchContext,
  { identity }: OpenedFile,
  recorded: WatchEntry | undefined,
  recognized: FileRecognition,
): Promise<Turn> {
  const { run, options } = watching
  if (recorded !== undefined && recognized.is === 'unfinished') {
    const entry: WatchEntry = {
      ...recorded,
      ...identity,
      status: 'taking',
      pending: options.after,
      gone: false,
    }
    return { entry, start: recognized.start }
  }
  const entry = await newEntry(watching, identity)
  if (recognized.is === 'grown') {
    const { position, start } = recognized
    run.emit({ type: 'file_grown', path: identity.path, line: start.linesBefore })
    return { entry: { ...entry, position }, start }
  }
  if (recognized.is === 'changed') {
    const reason = recognized.shorter ? 'shorter' : 'changed'
    run.emit({ type: 'file_started_over', path: identity.path, reason })
  }
  return { entry, start: { byte: 0, linesBefore: 0 } }
}

async function run(watching: WatchContext, opened: OpenedFile, { entry, start }: Turn): Promise<void> {
  const { log, totals } = watching
  const note = (reached: WatchEntry['reached']) => log.update({ ...entry, reached })
  const ended = await ingestFile(watching, entry, opened, { start, note }).catch((error: unknown) => {
    log.update(withoutAttempts(entry))
    throw error
  })
  totals.add(ended.report)
  const { error, report } = ended
  if (report.status === 'interrupted' || (error !== undefined && !isFaultOfFile(ended))) {
    log.update(withoutAttempts(entry))
    if (error !== undefined && report.status !== 'interrupted') throw error
    return
  }
  if (error !== undefined) {
    await finishRun(watching, { ...withoutAttempts(entry), status: 'failed' }, ended)
    return
  }
  const position = opened.position(start.linesBefore + report.lines)
  await finishRun(watching, takenEntry(entry, position), ended)
}

/** The entry of the file stays as it is: it is read once it can be. */
async function cannotBeRead(
  watching: WatchContext,
  file: FileIdentity,
  recorded: WatchEntry | undefined,
  cause: unknown,
): Promise<void> {
  const error = new ElysiaError('ELYSIA_INPUT', `${file.path} cannot be read: ${systemMessage(cause)}`, {
    cause,
    hint: RIGHTS.has(String((cause as NodeJS.ErrnoException).code))
      ? 'check its permissions; it is taken once they have changed'
      : 'look for errors of the disk in the log of the system; touch the file to have it tried again',
  })
  const entry = recorded ?? (await newEntry(watching, file))
  if (recorded === undefined) watching.log.begin(entry)
  await failFile(watching, entry, error, recorded === undefined)
}

/** Something with a matching name that is not a file. */
export function reportOtherKind(
  { run, totals }: WatchContext,
  path: string,
  what: OtherKind | 'several names' | Error,
): void {
  totals.filesPassedOver += 1
  if (what instanceof Error)
    run.emit({ type: 'file_passed_over', path, reason: 'unreadable', error: hintedFailure(what) })
  else run.emit({ type: 'file_passed_over', path, reason: what })
}

/** A file whose name cannot be written down. */
export function failUnnamed({ run, totals }: WatchContext, path: string): void {
  totals.files += 1
  totals.filesFailed += 1
  const error = { code: 'ELYSIA_INPUT', message: 'its name is not UTF-8; rename it' }
  run.emit({ type: 'file_failed', path, error })
}
