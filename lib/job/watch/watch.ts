import { namePattern } from '../../file/namePattern.ts'
import { type JobResult, runJob } from '../../run/run.ts'
import type { Store } from '../../store/store.ts'
import type { IngestOptionsInput } from '../ingest/options.ts'
import type { IngestContext } from '../ingest/types.ts'
import { DirectoryWatcher } from './directory/watcher.ts'
import { resumeGroup } from './group/resume.ts'
import { takeWaiting } from './group/takeWaiting.ts'
import type { WatchOptionsInput } from './options.ts'
import type { WatchReport } from './report.ts'
import { setUpWatch, type WatchContext } from './setup.ts'
import { failUnnamed, reportOtherKind } from './takeFile.ts'

/**
 * Takes the files in a directory, existing and new ones, in order of name, each once, as one run each, until `stop` or
 * `signal` aborts; then the current file is finished as far as it is in flight, and continued by the next watch. A file
 * at fault (damaged compression, unreadable, too many rejects) fails alone; any other error ends the watch. What was
 * taken is remembered in the state directory; without one, only in memory. A dry run takes each file once, as if the
 * ones before it had been written; it remembers and moves nothing. Without a `rejectsPath`, with `after` `move` the
 * rejects go to `processed/` or `failed/` as NAME.rejects.jsonl, unless a `rejectsDirectory` is given; without either
 * none are written. Memory: that of `ingestFiles`, and a name for each file that waits.
 * @throws ElysiaError only if it could not begin: options, the directory, the lock of another watcher of the same
 * directory and collection (ELYSIA_LOCKED)
 */
export async function watch(
  directory: string,
  store: Store,
  input: IngestOptionsInput & WatchOptionsInput,
  context: IngestContext = {},
): Promise<JobResult<WatchReport>> {
  const watching = await setUpWatch(directory, store, input, context)
  const { run, facts, folder, totals } = watching
  const key = { target: facts.target, class: facts.class, inputs: [folder.path] }
  const work = async () => {
    run.begin({ run: facts.id, key, collection: facts.collection, dryRun: watching.ingest.dryRun })
    await takeAll(watching, AbortSignal.any([run.stop, run.signal])).catch((error) => {
      // A file that was waiting for its store has not begun: the stop ends the watch, and is no failure.
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

async function takeAll(watching: WatchContext, end: AbortSignal): Promise<void> {
  const { folder, log, options } = watching
  await resumeGroup(watching)
  const watcher = await DirectoryWatcher.open(folder, {
    matches: namePattern(options.pattern),
    settleMs: options.settleMs,
    followLinks: options.followLinks,
    onGone: (path, now) => {
      watching.notified.delete(path)
      log.seeGone(path, now)
    },
    onOther: (path, what) => reportOtherKind(watching, path, what),
    onUnnamed: (path) => failUnnamed(watching, path),
  })
  try {
    for (;;) {
      const file = await watcher.next(end)
      if (file === undefined) return
      await takeWaiting(watching, watcher, file)
    }
  } finally {
    await watcher.close()
  }
}
