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
  event('run_started', 'A process has begun a run, or goes on with one; its row is in the journal.', {
    run: text('The id of the run.'),
    kind: choice(RUN_KINDS, 'What it does.'),
    target: text('The store, or the place of the archives, without secrets.'),
    collection: Type.Optional(text('The class; absent where the run is of none.')),
    inputs: Type.Optional(texts('What it reads, as a person names it.')),
    continues: Type.Optional(flag('It goes on with an interrupted run.')),
    dry_run: Type.Optional(flag('Nothing is written.')),
  }),
  event('run_ended', 'A run has ended.', {
    run: text('The id of the run.'),
    status: choice(['done', 'interrupted', 'failed'], 'How it ended.'),
    error: Type.Optional(failure('What ended it.')),
    counts: Type.Optional(json('What it counted, by the names of its report.')),
    seconds: Type.Optional(Type.Number({ minimum: 0, description: 'How long this process took.' })),
    retries: Type.Optional(count('Calls that were repeated.')),
    ...runFacts,
  }),
  event(
    'records_settled',
    'A batch of records has its outcomes. The counts are those of the report so far.',
    {
      ...recordCounts,
      input: count('Which input is at hand, from 0.'),
      input_bytes: count('Bytes of that input, as it lies, that are settled: compressed ones, where it is.'),
      done_bytes: Type.Optional(
        count('The same of all inputs; absent where the size of one of them is not known.'),
      ),
      total_bytes: Type.Optional(count('Bytes of all inputs, as they lie; absent likewise.')),
      seconds: Type.Number({ minimum: 0, description: 'Since the run began.' }),
    },
  ),
  event('workers_found', 'With `--workers auto`: how many batches in flight a run has come to.', {
    workers: count('Of late, on the whole.'),
  }),
  event('records_superseded', 'Records of the batch that were replaced by later ones, and not written.', {
    input: count('Their input, from 0.'),
    records: Type.Array(
      Type.Object({
        line: count('The line of the record.'),
        by: Type.Object({
          line: count('The line of the record that replaced it.'),
          input: Type.Optional(count('Its input, from 0, where that is another one.')),
        }),
      }),
      { description: 'Each with the one that replaced it, in order of line.' },
    ),
  }),
  event('coalescing', 'How records are left out that later ones replace.', {
    passes: choice(
      ['two', 'one', 'window'],
      '`two`: all is read, and what decides is written; `window`: a part at a time; `one`: no further than a batch.',
    ),
    reason: Type.Optional(text('Why not in two.')),
    records: Type.Optional(count('Records that were read.')),
    superseded: Type.Optional(count('Those of them that are left out.')),
    window_bytes: Type.Optional(count('The size of a part.')),
    seconds: Type.Optional(Type.Number({ minimum: 0, description: 'How long the reading took.' })),
  }),
  event('progress', 'More objects, parts or archives are done.', {
    unit: choice(['objects', 'parts', 'archives'], 'What is counted.'),
    phase: Type.Optional(
      choice(
        ['planning', 'comparing', 'writing', 'reading back', 'looking', 'deleting'],
        'What a backup or a restore does now; each phase is counted anew.',
      ),
    ),
    done: count('How many are done: of a backup into a directory those in durable parts.'),
    ahead: Type.Optional(count('Of a backup: objects that were read and are in no durable part yet.')),
    total: Type.Optional(count('How many there seem to be, where that is known.')),
  }),
  event('record_rejected', 'A record was refused.', {
    line: count('Its line in the input.'),
    code: text('The reject code.'),
    reason: text('The reason, in words.'),
  }),
  event('retry', 'A call to the store failed, and is repeated.', {
    attempt: count('How often it was made, from 1.'),
    wait_ms: count('How long it waits, in milliseconds.'),
    error: failure('Why the call failed.'),
  }),
  event('lock_wait', 'The run waits for a lock that another process holds.', {
    file: text('The lock file.'),
    purpose: Type.Optional(text('What the other one does; absent where its lock does not say.')),
    since: Type.Optional(text('Since when.')),
    user: Type.Optional(text('As which user.')),
    host: Type.Optional(text('On which machine.')),
    pid: Type.Optional(count('Its process id.')),
  }),
  event('stalled', 'Nothing was acknowledged for as long as `--stall-after` says.', {
    run: text('The id of the run.'),
    seconds: Type.Number({ minimum: 0, description: 'How long nothing was.' }),
    for: choice(['server', 'input', 'lock', 'disk'], 'What it waits for.'),
    waits_for: text('Its name: an address, standard input, the owner of a lock, a path.'),
    direction: Type.Optional(
      choice(
        ['in', 'out'],
        'Of a server: `in`, its answer does not come; `out`, it does not take all of a request.',
      ),
    ),
  }),
  event('resumed', 'Something was acknowledged again.', {
    run: text('The id of the run.'),
    seconds: Type.Number({ minimum: 0, description: 'How long nothing was.' }),
  }),
  event(
    'memory_tight',
    'The process comes near to `--max-memory`: it goes on with less at once, and slower.',
    {
      rss_bytes: count('Memory of the process.'),
      max_bytes: count('How much it may take.'),
    },
  ),
  event('memory_held', 'How long what came was held back for `--max-memory`.', {
    seconds: Type.Number({ minimum: 0, description: 'In all.' }),
    peak_rss_bytes: count('The most memory that the process had.'),
    max_bytes: count('How much it may take.'),
  }),
  event(
    'history_not_written',
    'A run could not be noted in the journal or in the history; the run continues.',
    {
      error: failure('Why.'),
    },
  ),
  event('history_moved_aside', 'A damaged history was moved aside; a new one is begun.', {
    path: text('Where it is now.'),
    error: failure('What is wrong with it.'),
  }),
  event('run_continued', 'An interrupted run continues.', {
    run: text('The id of the run.'),
    line: Type.Optional(count('After which line of the input.')),
    parts_done: Type.Optional(count('Of a restore: how many parts are done.')),
    fresh: Type.Optional(flag('Of a restore: all parts are written again.')),
    kind: Type.Optional(choice(RUN_KINDS, 'What it does, where it is no ingest and no restore.')),
  }),
  event('set_started', 'Several collections are worked on, one after another.', {
    set: text('The id that they have in common.'),
    collections: texts('Their classes, in the order of the work.'),
  }),
  event('copy_pass', 'A copy that follows its source has made a pass.', {
    pass: count('Which, from 1: the first copies everything.'),
    written: count('Objects that it wrote.'),
    deleted: count('Objects that it deleted.'),
    seconds: Type.Number({ minimum: 0, description: 'How long it took.' }),
    left: count('Objects that are still to be sent, about.'),
    per_minute: count('Objects that change in the source in a minute, about.'),
    state: text(
      'following; ready: fewer are left than `--ready-below` says; carrying: what came around the switch of the alias.',
    ),
  }),
  event(
    'copy_handover',
    'Another process follows the source: it is asked to end, so that the copy can be finished.',
    {
      collection: text('The class of the target.'),
      target: text('The store.'),
    },
  ),
  event(
    'run_started_over',
    'An interrupted run cannot be continued: the input is read from its first line.',
    {
      reason: choice(
        ['fresh', 'collection_gone', 'input_changed'],
        'It was asked for; the collection is gone; the input is another one.',
      ),
      run: Type.Optional(text('The id of the interrupted run.')),
    },
  ),
] as const
