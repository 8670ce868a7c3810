import { namePattern } from '../../file/namePattern.ts'
import { type Ended, runJob } from '../../run/run.ts'
import type { Store } from '../../store/store.ts'
import type { IngestOptionsInput } from '../ingest/options.ts'
import type { IngestContext } from '../ingest/types.ts'
import { DirectoryWatcher } from './files.ts'
import type { WatchOptionsInput } from './options.ts'
import type { WatchReport } from './report.ts'
import { setUpWatch, type Watching } from './setup.ts'
import { failUnnamed, passOver, take } from './take.ts'

/**
 * Takes the files that lie in a directory and those that come, in order of name, each once, as one run each,
 * until `stop` or `signal` aborts; the file at hand is then finished as far as it is in flight, and continued
 * by the next watch. A file at fault (damaged compression, unreadable, too many rejects) fails alone; any other
 * error ends the watch. What was taken is remembered in the state; without one in memory only.
 * A dry run takes each file once, all as if the ones before it had been written; it remembers and moves nothing.
 * Without a `rejectsPath`, with `after` `move` the rejects lie in `processed/` or `failed/` as NAME.rejects.jsonl, unless a
 * `rejectsDirectory` is given; without either none are written. Memory: that of `ingestFiles`, and a name each file
 * that waits.
 * @throws ElysiaError only for what kept it from beginning: options, the directory, the lock of another
 * watcher of the same directory and collection (ELYSIA_LOCKED)
 */
export async function watch(
  directory: string,
  store: Store,
  input: IngestOptionsInput & WatchOptionsInput,
  context: IngestContext = {},
): Promise<Ended<WatchReport>> {
  const watching = await setUpWatch(directory, store, input, context)
  const { run, facts, folder, totals } = watching
  const key = { target: facts.target, class: facts.class, inputs: [folder.path] }
  const work = async () => {
    run.begin({ run: facts.id, key, collection: facts.collection, dryRun: watching.ingest.dryRun })
    await takeAll(watching, AbortSignal.any([run.stop, run.signal])).catch((error) => {
      // A file that was waiting for its store has not begun: the stop is the end of the watch, not its failure.
      if (error !== run.stop.reason || run.signal.aborted) throw error
    })
    run.signal.throwIfAborted()
  }
  try {
    return await runJob(run, work, {
      // A watch has no end of its own: without an error it was asked to stop.
      isComplete: () => false,
      report: (ending) => totals.report(facts, ending),
      counts: () => totals.counts(),
      facts: ({ bytes, rate }) => ({ bytes_in: bytes, rate_per_second: rate }),
    })
  } finally {
    await watching.close()
  }
}

async function takeAll(watching: Watching, end: AbortSignal): Promise<void> {
  const { folder, log, options } = watching
  const watcher = await DirectoryWatcher.open(folder, {
    matches: namePattern(options.pattern),
    settleMs: options.settleMs,
    followLinks: options.followLinks,
    onGone: (path, now) => {
      watching.notified.delete(path)
      log.seeGone(path, now)
    },
    onOther: (path, what) => passOver(watching, path, what),
    onUnnamed: (path) => failUnnamed(watching, path),
  })
  try {
    for (;;) {
      const file = await watcher.next(end)
      if (file === undefined) return
      await take(watching, watcher, file)
    }
  } finally {
    await watcher.close()
  }
}
