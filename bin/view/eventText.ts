import { basename } from 'node:path'
import { counted, formatUnit, type RunEvent, roughSize, sum } from '../library.ts'
import { shortTarget } from './target.ts'

type Texts = {
  readonly [T in RunEvent['type']]?: (event: Extract<RunEvent, { readonly type: T }>) => string | undefined
}

const STARTED_OVER = {
  fresh: ({ run }: { readonly run?: string }) =>
    `run ${run} was interrupted; --fresh begins at the first line`,
  collection_gone: ({ run }: { readonly run?: string }) =>
    `run ${run} was interrupted, but its collection is gone: begins at the first line`,
  input_changed: () => 'the input is not the one that was interrupted: begins at its first line',
} as const

const PASSED_OVER = {
  'symbolic link': 'it is a symbolic link, which only --follow-links takes',
  'several names':
    'it has a second name (a hard link), and others may write to this directory; it is taken when it has one',
  FIFO: 'it is a FIFO, no regular file',
  socket: 'it is a socket, no regular file',
  device: 'it is a device, no regular file',
  unreadable: undefined,
} as const

const json = JSON.stringify
const MOST_OF_SETTING = 100

/** A value of a class; of a long one the beginning: the report has all of it. */
function setting(value: unknown): string {
  const text = json(value)
  return text.length > MOST_OF_SETTING ? `${text.slice(0, MOST_OF_SETTING)}…` : text
}

const IDS_SHOWN = 10

/** What runs say of how they go on. */
const OF_RUNS = {
  workers_found: ({ workers }) => `--workers auto came to ${workers} batches in flight`,
  retry: ({ error, wait_ms, attempt }) =>
    `${error.message}; tries again in ${(wait_ms / 1000).toFixed(1)} s (attempt ${attempt})`,
  lock_wait: ({ file, purpose, since, user = '', host, pid }) => {
    if (purpose === undefined)
      return `waits for ${file}, which does not name its owner (if it is not a lock, move it away)`
    const of = user === '' ? '' : ` of ${user}`
    return `waits for a ${purpose} since ${since} (process ${pid}${of} on ${host})`
  },
  stalled: ({ waits_for: name, seconds }) => `nothing was acknowledged for ${seconds} s: waits for ${name}`,
  resumed: ({ seconds }) => `goes on after ${seconds} s`,
  memory_tight: ({ rss_bytes: now, max_bytes: most }) =>
    `memory is at ${roughSize(now)}, and --max-memory is ${roughSize(most)}: goes on with less at once, and slower`,
  memory_held: ({ seconds, peak_rss_bytes: peak, max_bytes: most }) =>
    `it went slower for --max-memory ${roughSize(most)}: held back for ${seconds.toFixed(1)} s, at most ${roughSize(peak)} taken`,
  history_not_written: ({ error }) => `the history does not know of this: ${error.message}`,
  history_moved_aside: ({ path, error }) => `${error.message}; it was moved to ${path}`,
  run_continued: ({ run, line, parts_done: parts, fresh, kind }) => {
    if (kind !== undefined) return `continues the interrupted ${kind} ${run}`
    if (line !== undefined) return `continues the interrupted run ${run} after line ${line}`
    const how = fresh === true ? 'all parts are written again' : `${parts} parts are done`
    return `continues the interrupted run ${run}: ${how}`
  },
  set_started: ({ set, collections }) => `set ${set}: ${collections.join(', ')}`,
  copy_pass: ({ pass, written, deleted, seconds, left, per_minute, state }) => {
    const took = `pass ${pass}: ${written} written, ${deleted} deleted, in ${seconds.toFixed(1)} s`
    if (pass === 1) return `${took}; follows what changes meanwhile`
    return `${took}; about ${left} left, ${per_minute} a minute: ${state}`
  },
  copy_handover: ({ collection }) =>
    `asks the process that follows into ${collection} to end, and waits for it`,
  run_started_over: (event) => STARTED_OVER[event.reason](event),
  coalescing: ({ passes, records = 0, superseded = 0 }) =>
    passes !== 'two' || superseded === 0
      ? undefined
      : `${superseded} of ${counted(records, 'record')} are replaced by later ones, and left out (--coalesce off writes all)`,
} satisfies Texts

const OF_FILES = {
  trailing_bytes: ({ input }) =>
    `${input}: bytes behind the end of its last gzip member are left out, as gzip does; is it whole?`,
  line_cut: ({ input, line, behind = 0 }) => {
    const left =
      line === undefined
        ? `what was taken of ${input}${behind === 0 ? '' : ` behind line ${behind}`} is not written`
        : `line ${line} of ${input} was cut by the stop, and is not written`
    return `${left}; the same command gets it again`
  },
  file_taken: ({ path, report }) => {
    const rejects = sum(report.rejected)
    const some = rejects === 0 ? '' : `, ${rejects} of them rejected`
    return `${basename(path)}: ${report.records} records${some}${report.dry_run ? ' (dry run)' : ''}`
  },
  file_failed: ({ path, error }) => `${basename(path)} failed: ${error.message}`,
  file_kept: ({ error: { message, hint } }) =>
    `${message}; its records are settled${hint === undefined ? '' : ` (${hint})`}`,
  file_passed_over: ({ path, reason, error }) =>
    `${basename(path)} is passed over: ${PASSED_OVER[reason] ?? error?.message}`,
  file_grown: ({ path, line }) => `${basename(path)} has grown: goes on after line ${line}`,
  file_started_over: ({ path, reason }) => {
    const fact =
      reason === 'shorter'
        ? 'is shorter than what was taken of it'
        : 'no longer begins with what was taken of it'
    return `${basename(path)} ${fact}: begins at its first line`
  },
} satisfies Texts

const OF_COLLECTIONS = {
  collection_created: ({ collection, dry_run }) =>
    `${dry_run ? 'would create' : 'created'} the collection ${collection}`,
  property_added: ({ collection, property, data_type, dry_run }) =>
    `${dry_run ? 'would add' : 'added'} the property ${property} (${data_type}) to ${collection}`,
  collection_removed: ({ collection, error }) =>
    error === undefined
      ? `${collection}, which was made for it, is gone again: it can be sent once more`
      : `${collection}, which was made for it, is still there: ${error.message}`,
  collection_remade: ({ collection, run, dry_run }) =>
    `${collection}, which the restore ${run} has left of a pipe, ${dry_run ? 'would be' : 'is'} taken away, and made anew`,
  alias_resolved: ({ alias, collection }) => `${alias} is an alias of the collection ${collection}`,
  aliases_left_out: ({ target, aliases }) => `${target} has no aliases: ${aliases.join(', ')} left out`,
  alias_not_restored: ({ alias, error }) => `the alias ${alias} was not restored: ${error.message}`,
  alias_ahead: ({ alias, before, collection, dry_run }) =>
    `${dry_run ? 'would restore' : 'restores'} into ${collection}; the alias ${alias} ${before === undefined ? 'is made' : `means ${before} until it is switched`} once all is there`,
  alias_switched: ({ alias, before, collection }) =>
    `the alias ${alias} means ${collection} now${before === undefined ? '' : `, ${before} before`}`,
  alias_not_switched: ({ alias, before, collection, missing }) =>
    `the alias ${alias} ${before === undefined ? 'was not made' : `still means ${before}`}: ${collection} lacks ${missing} that the archive has`,
  collection_dropped: ({ collection }) => `removed the collection ${collection}`,
  tenants_activated: ({ tenants }) =>
    `activates ${counted(tenants, 'tenant')} for the scan one by one, and puts each back after it`,
  tenants_not_counted: ({ tenants }) =>
    `not active, to be activated, and not counted here: ${counted(tenants, 'tenant')}`,
  tenants_left_active: ({ tenants, collection, state, error }) =>
    collection === undefined
      ? `${counted(tenants, 'tenant')} left active: ${error.message}`
      : `${tenants} tenants of ${collection} stay active, not ${state}: ${error.message}`,
  node_unhealthy: ({ node, status }) => `node ${node} of the target is ${status}`,
  schema_patched: ({ rule, path, from, to, reason }) => {
    const change = to === undefined ? 'left out' : setting(to)
    const before = from === undefined ? '' : `${setting(from)} → `
    return `schema: ${path}: ${before}${change}: ${reason} (${rule})`
  },
  revectorizing: ({ collection, vectors, modules, objects, calls }) => {
    const names = vectors.map((name) => (name === '' ? 'default' : name)).join(', ')
    const many =
      calls === undefined
        ? 'one for each object'
        : `up to ${counted(calls, 'vector')} for ${counted(objects ?? 0, 'object')}`
    return `${modules} makes the vectors of ${collection} anew (${names}): ${many}`
  },
  schema_differs: ({ path, wanted, got }) => {
    const is = got === undefined ? 'the target has dropped it' : `the target made ${json(got)} of it`
    return `schema: ${path} should be ${json(wanted)}, ${is}`
  },
  schema_kept: ({ path, archive, kept }) => {
    const is = kept === undefined ? 'the class has nothing there' : `the class has ${json(kept)}`
    return `schema: ${path} is ${json(archive)} in the archive, ${is}: it stays`
  },
  changes_ahead: (event) => changesText(event),
  deletions_left: ({ collection, objects, rejected }) =>
    `nothing was deleted of ${collection}, since ${rejected} of the archive were rejected: ${counted(objects, 'object')} that the archive does not have are still there`,
  plan_outdated: ({ collection, objects, ids }) => {
    const named = ids.slice(0, IDS_SHOWN).join(', ')
    const more = objects > IDS_SHOWN ? ', …' : ''
    return `${counted(objects, 'object')} of ${collection} changed since the plan was made: ${named}${more}`
  },
  undo_expired: ({ run, collection }) =>
    `what the run ${run} changed of ${collection} was kept for its time, and is removed: it can no longer be taken back`,
  schema_derived: ({ source }) =>
    source === 'export'
      ? 'an export has no schema: it is derived from all objects'
      : source === 'table'
        ? 'a table has no schema: it is derived from its columns'
        : 'plain objects have no schema: it is derived from all of them',
  class_derived: (event) => classText(event),
  source_read_as: (event) => readAsText(event),
  source_changed: (event) => changedText(event),
  reference_target_missing: ({ property, collections }) =>
    `the target has no ${collections.join(', ')}: references of ${property} lead nowhere until it has`,
  number_rounded: ({ value, held }) =>
    `a property of the type number is a 64-bit float: ${value} is held as ${held}, and so may others be; where digits count it has to be an int or a text`,
  indexing: ({ vectors }) => `${vectors} vectors wait for their index`,
  objects_expired: ({ expired, objects, target, collection }) =>
    collection === undefined
      ? `${expired} of ${counted(objects, 'object')} of the archive have expired, and are gone from ${target}`
      : `${expired} of ${objects} objects of ${collection} had expired by the time they were read back; those that never expire are there`,
} satisfies Texts

const OF_ARCHIVES = {
  backup_resumed: ({ archive, parts_kept: kept, parts }) =>
    `resumes ${archive}: ${kept} of ${parts} parts are whole`,
  base_chosen: ({ archive, reason }) =>
    archive === undefined ? `a full archive is made: ${reason}` : `an increment of ${archive}`,
  unchanged_proved: ({ objects, archive }) =>
    `${counted(objects, 'object')} that seem unchanged since ${archive} were read, and none has changed`,
  times_disproved: ({ id, archive }) =>
    `${id} has changed since ${archive}, though its update time has not: update times cannot be relied on, so a full archive is made`,
  compression_chosen: ({ compression, level, reason }) =>
    `compression ${compression}${level === undefined ? '' : `:${level}`}: ${reason}`,
  invalid_vectors_left_out: ({ collection, objects, ids }) => {
    const more = objects > ids.length ? ', …' : ''
    return `left out vectors that hold NaN or infinity, of ${counted(objects, 'object')} of ${collection}: ${ids.join(', ')}${more}`
  },
  filter_planned: ({ filter, pushed, search, expected, objects, reason }) => {
    const asked = pushed.join(' AND ')
    const share = expected === undefined ? '' : `, ${expected} of ${counted(objects ?? 0, 'object')}`
    const why =
      pushed.length === 0
        ? 'the server can answer no part of it without loss'
        : `a search for ${asked} would find${share.slice(1)}`
    const how = search ? `asks the server for ${asked}${share}` : `scans all objects: ${reason ?? why}`
    return `filter: ${how}; evaluated here: ${filter}`
  },
  filter_evaluated: ({ read, selected }) => `filter: ${counted(read, 'object')} read, ${selected} selected`,
  objects_not_found: ({ collection, objects, ids }) => {
    const named = ids.slice(0, IDS_SHOWN).join(', ')
    const more = objects > IDS_SHOWN ? ', …' : ''
    return `${counted(objects, 'id')} of --objects ${objects === 1 ? 'has' : 'have'} no object in ${collection}: ${named}${more}`
  },
  vectors_missing: ({ collection, vector }) =>
    `no object of ${collection} has a vector${vector === '' ? '' : ` ${vector}`}, though its schema has an index for them`,
  written_meanwhile: ({ collection, before, after, written }) =>
    `${collection} was counted at ${before} objects before the scan and at ${after} after it; the archive holds ${written}`,
  expired_counted: ({ collection, tenant, counted: all, returned }) => {
    const name = tenant === undefined ? collection : `tenant ${tenant} of ${collection}`
    return `the store counts ${all} objects of ${name} and returned ${returned}: it counts expired ones until it deletes them, but does not return them`
  },
  manifest_copy_used: ({ file, error }) => `${error.message}: its copy ${file} is whole, and is read instead`,
  document_version: ({ version, read_as }) => {
    const fact = version === undefined ? 'names no version' : `is of version ${json(version)}`
    return `the document ${fact}; it is read as ${read_as}`
  },
  document_count: ({ declared, objects }) =>
    `the document’s metadata speak of ${declared} objects, it holds ${objects}`,
  part_damaged: ({ error }) => `${error.message}: what is whole of it is restored`,
  shard_left_out: ({ shard, collection, reason }) =>
    `the server left out ${shard} of ${collection}: ${reason}`,
  files_left: ({ location, files }) => `${location} stays: ${files.join(', ')} there is not of the archive`,
  backup_not_cataloged: ({ error }) => `the catalog does not know of this backup: ${error.message}`,
  catalog_moved_aside: ({ path, error }) => `${error.message}; it was moved to ${path}`,
  catalog_rebuilt: ({ archives, roots }) =>
    `the catalog was made anew: ${counted(archives, 'archive')} below ${roots.join(', ')}`,
  archive_unreadable: ({ path, reason }) => `${path} was left out: ${reason}`,
  root_unreadable: ({ root, error }) => `what lies below ${root} is not known: ${error.message}`,
  note_not_kept: ({ error }) => `a rebuild of the catalog would not know this: ${error.message}`,
  scratch_removed: (event) => `removed ${scratchOf(event)}, which a killed rehearsal had left`,
  scratch_left: ({ error, ...event }) =>
    error === undefined
      ? `a killed rehearsal has left ${scratchOf(event)}: a rehearsal --into that store removes it`
      : `${scratchOf(event)} of a rehearsal could not be removed: ${error.message}; the next one tries again`,
} satisfies Texts

/** What a rehearsal has made: a class, or a directory. */
function scratchOf({ directory, collection, target }: Partial<Record<string, string>>): string {
  return directory ?? `${collection} in ${target}`
}

const STRATEGIES: Readonly<Record<string, string>> = {
  skip: 'only objects that it lacks are written',
  overwrite: 'objects of the archive replace those that are there',
  merge: 'objects that are in both are merged property by property',
  replace: 'it becomes exactly the source',
}

const PROPERTIES_SHOWN = 20

function classText(event: Extract<RunEvent, { readonly type: 'class_derived' }>): string {
  const { collection, properties, vectors, tenants } = event
  const more = properties.length - PROPERTIES_SHOWN
  const shown = properties.slice(0, PROPERTIES_SHOWN).join(', ')
  const facts = [
    `${properties.length === 0 ? 'no properties' : shown}${more > 0 ? `, and ${more} more` : ''}`,
    ...(vectors.length > 0
      ? [`vectors ${vectors.map((name) => (name === '' ? 'without a name' : name)).join(', ')}`]
      : []),
    ...(tenants ? ['with tenants'] : []),
  ]
  return `derived ${collection}: ${facts.join('; ')}`
}

function readAsText(event: Extract<RunEvent, { readonly type: 'source_read_as' }>): string {
  const { source, shape, id, id_made: isMade, vectors, renamed, left_out: leftOut } = event
  const made = isMade ? `ids made of ${id.join(', ')}` : `ids from ${id.join(', ')}`
  const facts = [
    made,
    vectors.length === 0 ? 'no vectors' : `vectors from ${vectors.join(', ')}`,
    ...(renamed.length > 0 ? [`properties renamed: ${renamed.join(', ')}`] : []),
    ...(leftOut.length > 0 ? [`left out: ${leftOut.join(', ')}`] : []),
  ]
  return `${source} is read as ${shape}: ${facts.join('; ')}`
}

function changedText(event: Extract<RunEvent, { readonly type: 'source_changed' }>): string {
  const {
    source,
    ids,
    vectors_rounded: vectors,
    numbers_rounded: numbers,
    sparse_vectors: sparse,
    names,
    fields,
  } = event
  const facts = [
    ids !== undefined &&
      `${counted(ids, 'id')} made from ids that are no UUID, which are the property original_id`,
    vectors !== undefined && `${counted(vectors, 'vector')} rounded to float32`,
    numbers !== undefined && `${counted(numbers, 'decimal')} rounded to a 64-bit float`,
    sparse !== undefined && `${counted(sparse, 'sparse vector')} left out, since there is no index for them`,
    names !== undefined && `${counted(names, 'field')} renamed, to names that a property may have`,
    fields !== undefined && `${counted(fields, 'field')} left out`,
  ]
  return `${source}: ${facts.filter((fact) => fact !== false).join('; ')}`
}

function changesText(event: Extract<RunEvent, { readonly type: 'changes_ahead' }>): string {
  const { collection, target, strategy, objects, source, deletes, undo, keep_ms = 0, dry_run } = event
  const holds = objects === undefined ? '' : `, which holds ${counted(objects, 'object')}`
  const from = source === undefined ? '' : ` (${counted(source, 'object')} in the archive)`
  const removes =
    deletes === undefined
      ? ''
      : `; ${counted(deletes, 'object')} ${dry_run ? 'would be' : 'will be'} deleted, last of all`
  const would = dry_run ? 'would change' : 'changes'
  const kept =
    undo === undefined
      ? 'it cannot be taken back'
      : `what is changed is kept for ${formatUnit(keep_ms, 'milliseconds')} in ${undo}, and can be taken back`
  const back = dry_run ? '' : `; ${kept}`
  return `${would} ${collection} in ${shortTarget(target)}${holds}: ${STRATEGIES[strategy] ?? strategy}${from}${removes}${back}`
}

/** Events that are shown in another way, or not at all. */
type Untold =
  | 'run_started'
  | 'run_ended'
  | 'records_settled'
  | 'records_superseded'
  | 'progress'
  | 'record_rejected'
  | 'archive_removed'

/** The compiler holds that no other event is without a text. */
const TEXTS: Required<Omit<Texts, Untold>> = { ...OF_RUNS, ...OF_FILES, ...OF_COLLECTIONS, ...OF_ARCHIVES }

/** What a person reads of an event; undefined of one that is shown in another way, or not at all. */
export function eventText(event: RunEvent): string | undefined {
  const text = (TEXTS as Texts)[event.type] as ((event: RunEvent) => string | undefined) | undefined
  return text?.(event)
}

/** The same for a person who asked for more: what was rejected, what was removed. */
export function detailText(event: RunEvent): string | undefined {
  if (event.type === 'record_rejected') return `line ${event.line}: ${event.code}: ${event.reason}`
  if (event.type === 'coalescing' && event.reason !== undefined) {
    const { window_bytes: bytes, reason } = event
    return `coalesced within ${bytes === undefined ? 'a batch' : formatUnit(bytes, 'bytes')}: ${reason}`
  }
  return event.type === 'archive_removed' ? `removed ${event.archive}` : undefined
}
