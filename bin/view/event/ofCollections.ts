import { formatUnit, pluralize, type RunEvent, roughSize } from '../../library.ts'
import { shortTarget } from '../target.ts'
import { changedText, classText, readAsText } from './ofSource.ts'
import { someIds, type Texts } from './texts.ts'

const json = JSON.stringify
const MOST_OF_SETTING = 100

/** A value of a class; only the beginning of a long one: the report contains all of it. */
function setting(value: unknown): string {
  const text = json(value)
  return text.length > MOST_OF_SETTING ? `${text.slice(0, MOST_OF_SETTING)}…` : text
}

/** The texts for events of collections, their schemas, aliases and objects. */
export const OF_COLLECTIONS = {
  collection_created: ({ collection, dry_run }) =>
    `${dry_run ? 'would create' : 'created'} the collection ${collection}`,
  property_added: ({ collection, property, data_type, dry_run }) =>
    `${dry_run ? 'would add' : 'added'} the property ${property} (${data_type}) to ${collection}`,
  collection_removed: ({ collection, error }) =>
    error === undefined
      ? `${collection}, which was created for it, is removed again: the pipe can be sent once more`
      : `${collection}, which was created for it, is still there: ${error.message}`,
  collection_remade: ({ collection, run, dry_run }) =>
    `${collection}, left by the restore ${run} from a pipe, ${dry_run ? 'would be' : 'is'} removed and created again`,
  alias_resolved: ({ alias, collection }) => `${alias} is an alias of the collection ${collection}`,
  aliases_left_out: ({ target, aliases }) => `${target} has no aliases: ${aliases.join(', ')} left out`,
  alias_not_restored: ({ alias, error }) => `the alias ${alias} was not restored: ${error.message}`,
  alias_ahead: ({ alias, before, collection, dry_run }) =>
    `${dry_run ? 'would restore' : 'restores'} into ${collection}; the alias ${alias} ${before === undefined ? 'is made' : `means ${before} until it is switched`} once it is complete`,
  alias_switched: ({ alias, before, collection }) =>
    `the alias ${alias} means ${collection} now${before === undefined ? '' : `, ${before} before`}`,
  alias_not_switched: ({ alias, before, collection, missing }) =>
    `the alias ${alias} ${before === undefined ? 'was not made' : `still means ${before}`}: ${collection} lacks ${missing} that the archive has`,
  collection_dropped: ({ collection }) => `removed the collection ${collection}`,
  tenants_activated: ({ tenants }) =>
    `activates ${pluralize(tenants, 'tenant')} for the scan one by one, and puts each back after it`,
  tenants_not_counted: ({ tenants }) =>
    `not active, to be activated, and not counted here: ${pluralize(tenants, 'tenant')}`,
  tenants_left_active: ({ tenants, collection, state, error }) =>
    collection === undefined
      ? `${pluralize(tenants, 'tenant')} left active: ${error.message}`
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
        : `up to ${pluralize(calls, 'vector')} for ${pluralize(objects ?? 0, 'object')}`
    return `${modules} makes new vectors for ${collection} (${names}): ${many}`
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
  room_unknown: ({ collection, target, bytes, objects }) => {
    const size =
      bytes === undefined
        ? `room for ${pluralize(objects ?? 0, 'object')}`
        : `about ${roughSize(bytes)} (estimated)`
    return `${collection} takes ${size}; ${target} does not report the room on its disks: make sure that they have it`
  },
  deletions_left: ({ collection, objects, rejected }) =>
    `nothing was deleted from ${collection}, because ${rejected} of the archive were rejected: ${pluralize(objects, 'object')} that the archive lacks are still there`,
  plan_outdated: ({ collection, objects, ids }) => {
    return `${pluralize(objects, 'object')} of ${collection} changed since the plan was made: ${someIds(ids, objects)}`
  },
  undo_expired: ({ run, collection }) =>
    `the undo of the run ${run}, which changed ${collection}, has expired and was removed: the run can no longer be undone`,
  schema_derived: ({ source }) =>
    source === 'export'
      ? 'an export has no schema: it is derived from all objects'
      : source === 'table'
        ? 'a table has no schema: it is derived from its columns'
        : 'plain objects have no schema: it is derived from all of them',
  class_derived: (event) => classText(event),
  source_spooled: ({ source, directory, reason }) =>
    `keeps ${source} in ${directory} until it is read: ${reason}`,
  source_read_as: (event) => readAsText(event),
  source_changed: (event) => changedText(event),
  reference_target_missing: ({ property, collections }) =>
    `the target has no ${collections.join(', ')}: references of ${property} lead nowhere until it does`,
  number_rounded: ({ value, held }) =>
    `a property of the type number is a 64-bit float: ${value} is kept as ${held}, and others may be rounded too; where every digit counts, use int or text`,
  indexing: ({ vectors }) => `${vectors} vectors wait for their index`,
  objects_expired: ({ expired, objects, target, collection }) =>
    collection === undefined
      ? `${expired} of ${pluralize(objects, 'object')} of the archive have expired, and are gone from ${target}`
      : `${expired} of ${objects} objects of ${collection} had expired by the time they were read back; those that never expire are there`,
} satisfies Texts

const STRATEGIES: Readonly<Record<string, string>> = {
  skip: 'only objects that it lacks are written',
  overwrite: 'objects of the archive replace those that are there',
  merge: 'objects that are in both are merged property by property',
  replace: 'it becomes exactly the source',
}

function changesText(event: Extract<RunEvent, { readonly type: 'changes_ahead' }>): string {
  const { collection, target, strategy, objects, source, deletes, undo, keep_ms = 0, dry_run } = event
  const holds = objects === undefined ? '' : `, which holds ${pluralize(objects, 'object')}`
  const from = source === undefined ? '' : ` (${pluralize(source, 'object')} in the archive)`
  const removes =
    deletes === undefined
      ? ''
      : `; ${pluralize(deletes, 'object')} ${dry_run ? 'would be' : 'will be'} deleted, last of all`
  const would = dry_run ? 'would change' : 'changes'
  const keptText =
    undo === undefined
      ? 'it cannot be undone'
      : `what is changed is kept for ${formatUnit(keep_ms, 'milliseconds')} in ${undo}, and can be undone`
  const back = dry_run ? '' : `; ${keptText}`
  return `${would} ${collection} in ${shortTarget(target)}${holds}: ${STRATEGIES[strategy] ?? strategy}${from}${removes}${back}`
}
