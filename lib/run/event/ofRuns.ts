import Type from '../../core/typebox.ts'
import { choice, count, event, failure, flag, json, recordCounts, runFacts, text, texts } from './fields.ts'

/** The kinds of jobs. */
export const RUN_KINDS = [
  'ingest',
  'watch',
  'backup',
  'restore',
  'copy',
  'rollback',
  'delete',
  'verify',
  'cleanup',
  'diff',
  'compact',
  'migrate',
  'rehearse',
] as const

/** Events of a run's beginning, progress and end. */
export const OF_RUNS = [
  event('run_started', 'A process has started or continued a run, and recorded it in the journal.', {
    run: text('The id of the run.'),
    kind: choice(RUN_KINDS, 'The job.'),
    target: text('The store or the directory of the archives, without secrets.'),
    collection: Type.Optional(text('The class; absent if the run concerns none.')),
    inputs: Type.Optional(texts('The inputs as the user named them.')),
    continues: Type.Optional(flag('True if the process continues an interrupted run.')),
    dry_run: Type.Optional(flag('Nothing is written.')),
  }),
  event('run_ended', 'A run has ended.', {
    run: text('The id of the run.'),
    status: choice(['done', 'interrupted', 'failed'], 'How it ended.'),
    error: Type.Optional(failure('The error that ended the run.')),
    counts: Type.Optional(json('The counts of the run, with the names of its report.')),
    seconds: Type.Optional(Type.Number({ minimum: 0, description: 'Seconds that this process took.' })),
    retries: Type.Optional(count('Calls that were repeated.')),
    ...runFacts,
  }),
  event(
    'records_settled',
    'The outcomes of a batch of records are known. The counts are those of the report so far.',
    {
      ...recordCounts,
      input: count('The number of the current input, from 0.'),
      input_bytes: count('Settled bytes of the current input; compressed bytes if the input is compressed.'),
      done_bytes: Type.Optional(count('Settled bytes of all inputs; absent if the size of one is unknown.')),
      total_bytes: Type.Optional(
        count('Size of all inputs in bytes, compressed as they are; absent if the size of one is unknown.'),
      ),
      seconds: Type.Number({ minimum: 0, description: 'Seconds since the run began.' }),
    },
  ),
  event('workers_found', '`--workers auto` has found how many batches to keep in flight.', {
    workers: count('The typical number of batches in flight recently.'),
  }),
  event('records_superseded', 'Records of the batch that later ones replaced, so they were not written.', {
    input: count('The number of their input, from 0.'),
    records: Type.Array(
      Type.Object({
        line: count('The line of the record.'),
        by: Type.Object({
          line: count('The line of the record that replaced this one.'),
          input: Type.Optional(count('The number of its input, from 0, if it is another one.')),
          path: Type.Optional(text('Its file, if a watch takes that one in another run.')),
        }),
      }),
      { description: 'Each record with the one that replaced it, in order of line.' },
    ),
  }),
  event('coalescing', 'How the run leaves out records that later ones replace.', {
    passes: choice(
      ['two', 'one', 'window'],
      '`two`: read all input first, then write only records that no later one replaces; `window`: the same, a part of the input at a time; `one`: only within a batch.',
    ),
    reason: Type.Optional(text('Why not in two passes.')),
    files: Type.Optional(count('Files of a watch that are taken as one sequence.')),
    records: Type.Optional(count('Records that were read.')),
    superseded: Type.Optional(count('Records that are left out.')),
    window_bytes: Type.Optional(count('The size of a part in bytes.')),
    seconds: Type.Optional(Type.Number({ minimum: 0, description: 'Seconds that the first pass took.' })),
  }),
  event('progress', 'More objects, parts or archives are done.', {
    unit: choice(['objects', 'parts', 'archives'], 'What is counted.'),
    phase: Type.Optional(
      choice(
        ['planning', 'comparing', 'writing', 'reading back', 'looking', 'deleting'],
        'The current phase of a backup or restore; counts start again with each phase.',
      ),
    ),
    done: count('How many are done; in a backup into a directory, objects in parts that are safely on disk.'),
    ahead: Type.Optional(
      count('Only for a backup: objects that were read, but are in no part safely on disk yet.'),
    ),
    total: Type.Optional(count('The estimated total, if known.')),
  }),
  event('record_rejected', 'A record was refused.', {
    line: count('The line of the record in the input.'),
    code: text('The reject code.'),
    reason: text('The reason, in words.'),
  }),
  event('retry', 'A call to the store failed and is repeated.', {
    attempt: count('The number of calls made so far, from 1.'),
    wait_ms: count('The wait before the next call, in milliseconds.'),
    error: failure('Why the call failed.'),
  }),
  event('lock_wait', 'The run waits for a lock that another process holds.', {
    file: text('The lock file.'),
    purpose: Type.Optional(text('What the other process does; absent if its lock does not say.')),
    since: Type.Optional(text('When the other process took the lock.')),
    user: Type.Optional(text('The user of the other process.')),
    host: Type.Optional(text('The machine of the other process.')),
    pid: Type.Optional(count('The id of the other process.')),
  }),
  event('stalled', 'Nothing was acknowledged for as long as `--stall-after` says.', {
    run: text('The id of the run.'),
    seconds: Type.Number({ minimum: 0, description: 'Seconds without an acknowledgment.' }),
    for: choice(['server', 'input', 'lock', 'disk'], 'What the run waits for.'),
    waits_for: text('Its name: an address, standard input, the owner of a lock, a path.'),
    direction: Type.Optional(
      choice(
        ['in', 'out'],
        'Only for a server: `in`, its answer does not arrive; `out`, it does not accept a whole request.',
      ),
    ),
  }),
  event('resumed', 'Something was acknowledged again.', {
    run: text('The id of the run.'),
    seconds: Type.Number({ minimum: 0, description: 'Seconds without an acknowledgment.' }),
  }),
  event('memory_tight', 'The process is close to `--max-memory`, so it slows down and does less at once.', {
    rss_bytes: count('Memory of the process in bytes.'),
    max_bytes: count('The limit in bytes.'),
  }),
  event('memory_held', 'How long input was held back because of `--max-memory`.', {
    seconds: Type.Number({ minimum: 0, description: 'Seconds in all.' }),
    peak_rss_bytes: count('Peak memory of the process in bytes.'),
    max_bytes: count('The limit in bytes.'),
  }),
  event(
    'history_not_written',
    'A run could not be recorded in the journal or the history; the run continues.',
    {
      error: failure('Why.'),
    },
  ),
  event('history_moved_aside', 'A damaged history was moved aside and replaced with a new one.', {
    path: text('The new path of the damaged history.'),
    error: failure('What is wrong.'),
  }),
  event('run_continued', 'An interrupted run continues.', {
    run: text('The id of the run.'),
    line: Type.Optional(count('The last line of the input already settled.')),
    records: Type.Optional(count('Only for an ingest: records that earlier tries settled.')),
    rejected: Type.Optional(count('Only for an ingest: records that earlier tries refused.')),
    parts_done: Type.Optional(count('Only for a restore: parts that are done.')),
    fresh: Type.Optional(flag('Only for a restore: true if all parts are written again.')),
    kind: Type.Optional(choice(RUN_KINDS, 'The job, if it is neither an ingest nor a restore.')),
  }),
  event('set_started', 'A job works on several collections, one after another.', {
    set: text('The id of the set.'),
    collections: texts('The classes, in the order of the work.'),
  }),
  event('copy_pass', 'A copy that follows its source has finished a pass.', {
    pass: count('The number of the pass, from 1; the first copies everything.'),
    written: count('Objects that the pass wrote.'),
    deleted: count('Objects that the pass deleted.'),
    seconds: Type.Number({ minimum: 0, description: 'Seconds that the pass took.' }),
    left: count('Estimated objects still to be sent.'),
    per_minute: count('Estimated objects that change in the source per minute.'),
    state: text(
      'following; ready: fewer objects are left than `--ready-below`; carrying: sending objects that arrived around the switch of the alias.',
    ),
  }),
  event(
    'copy_handover',
    'Another process follows the source; it is asked to end so that this one can finish the copy.',
    {
      collection: text('The class in the target.'),
      target: text('The store.'),
    },
  ),
  event(
    'run_started_over',
    'An interrupted run cannot be continued, so the input is read from its first line.',
    {
      reason: choice(
        ['fresh', 'collection_gone', 'input_changed'],
        'fresh: the user asked for it; collection_gone: the collection is gone; input_changed: the input is a different one.',
      ),
      run: Type.Optional(text('The id of the interrupted run.')),
    },
  ),
] as const
