import { renameSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Test } from 'tap'
import { eventText } from '../../../bin/view/eventText.ts'
import type { IngestOptionsInput } from '../../../lib/job/ingest/options.ts'
import type { WatchOptionsInput } from '../../../lib/job/watch/options.ts'
import type { WatchReport } from '../../../lib/job/watch/report.ts'
import { watch } from '../../../lib/job/watch/watch.ts'
import type { WriteContext } from '../../../lib/run/context.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import type { JobResult } from '../../../lib/run/run.ts'
import { openState } from '../../../lib/run/state.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { each, onFile, type WatchedFile } from '../../run/listening.ts'

export const LONG_AGO = new Date('2026-01-01T00:00:00Z')

export interface Storage {
  readonly inbox: string
  readonly database: string
  readonly stateDirectory: string
}

export function placeOf(t: Test, files: Record<string, string | Buffer>): Storage {
  const root = t.testdir({ inbox: {}, outside: {} })
  const place = {
    inbox: join(root, 'inbox'),
    database: join(root, 'store.db'),
    stateDirectory: join(root, 'state'),
  }
  for (const [name, content] of Object.entries(files)) drop(place, name, content)
  return place
}

/** Renames a file that is complete, and older than any --settle, into the directory. */
export function drop({ inbox }: Storage, name: string, content: string | Buffer): void {
  const path = join(inbox, '../outside', name)
  writeFileSync(path, content)
  utimesSync(path, LONG_AGO, LONG_AGO)
  renameSync(path, join(inbox, name))
}

export function add(path: string, content: string): string {
  return `${JSON.stringify({ repo: 'r', op: 'add', path, content })}\n`
}

export interface Told {
  readonly ended: JobResult<WatchReport>
  readonly files: WatchedFile[]
  readonly names: string[]
  readonly events: RunEvent[]
}

/** Watches until `until` says so of the files that are done with. */
export async function watched(
  place: Storage,
  options: Partial<IngestOptionsInput> & WatchOptionsInput,
  until: (files: readonly WatchedFile[]) => boolean,
  more: WriteContext = {},
): Promise<Told> {
  const stop = new AbortController()
  const files: WatchedFile[] = []
  const events: RunEvent[] = []
  const noteFile = (file: WatchedFile) => {
    files.push(file)
    if (until(files)) stop.abort()
  }
  const onEvent = each((event) => void events.push(event), more.onEvent, onFile(noteFile))
  const ended = await withStore(place, async (store) => {
    const state = openState(store, place.stateDirectory)
    const ends = AbortSignal.any([stop.signal, ...(more.stop ? [more.stop] : [])])
    const circumstances = { state, ...more, stop: ends, onEvent }
    return watch(place.inbox, store, { collection: 'source-code', ...options }, circumstances)
  })
  return { ended, files, events, names: files.map(({ path }) => path.slice(place.inbox.length + 1)) }
}

export async function withStore<T>({ database }: Storage, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqlite(database)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

export async function contentsOf(place: Storage): Promise<Record<string, unknown>> {
  return withStore(place, async (store) => {
    const contents: Record<string, unknown> = {}
    const what = { properties: ['file_path', 'content'], vectors: false }
    for await (const page of store.collection('SourceCode').read(what)) {
      for (const { properties } of page) contents[String(properties.file_path)] = properties.content
    }
    return contents
  })
}

let sentinels = 0

/**
 * Watches until everything that lies there by now is done with, and `steps` as well, each of which does something to
 * the directory while it is watched; a file behind all others by name shows that their turn has come.
 */
export async function pass(
  place: Storage,
  options: Partial<IngestOptionsInput> & WatchOptionsInput = {},
  steps: readonly (() => void)[] = [],
  more: WriteContext = {},
): Promise<Told> {
  const waiting = [...steps]
  const isSentinel = (path: string) => basename(path).startsWith('~')
  const dropSentinel = () => drop(place, `~${sentinels++}.jsonl`, '\n')
  let done = false
  dropSentinel()
  const goOn = (file: WatchedFile) => {
    if (!isSentinel(file.path)) return
    const step = waiting.shift()
    done = step === undefined
    step?.()
    // Long enough for what the step did to be heard of before the file behind it.
    if (!done) setTimeout(dropSentinel, 400)
  }
  const told = await watched(place, options, () => done, {
    ...more,
    onEvent: each(more.onEvent, onFile(goOn)),
  })
  const files = told.files.filter(({ path }) => !isSentinel(path))
  return { ...told, files, names: files.map(({ path }) => basename(path)) }
}

/** Appends to a file of the directory that was taken, a long time ago by its own account. */
export function append({ inbox }: Storage, name: string, content: string | Buffer, time = LONG_AGO): void {
  writeFileSync(join(inbox, name), content, { flag: 'a' })
  utimesSync(join(inbox, name), time, time)
}

export function rename(path: string, to: string): string {
  return `${JSON.stringify({ repo: 'r', op: 'rename', path, new_path: to })}\n`
}

/** Codes and messages, without those about runs and collections. */
export function said({ events }: Told): string[] {
  const told = events.filter(({ type }) => !['collection_created', 'file_taken'].includes(type))
  return told.flatMap((event) => eventText(event) ?? [])
}
