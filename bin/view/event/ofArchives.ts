import { pluralize } from '../../library.ts'
import { someIds, type Texts } from './texts.ts'

/** The texts for events of archives, their content, and the catalog. */
export const OF_ARCHIVES = {
  backup_resumed: ({ archive, parts_kept: kept, parts }) =>
    `resumes ${archive}: ${kept} of ${parts} parts are complete`,
  base_chosen: ({ archive, reason }) =>
    archive === undefined ? `a full archive is made: ${reason}` : `an increment of ${archive}`,
  unchanged_proved: ({ objects, archive }) =>
    `${pluralize(objects, 'object')} that seem unchanged since ${archive} were read, and none has changed`,
  times_disproved: ({ id, archive }) =>
    `${id} has changed since ${archive}, though its update time has not: update times cannot be relied on, so a full archive is made`,
  compression_chosen: ({ compression, level, reason }) =>
    `compression ${compression}${level === undefined ? '' : `:${level}`}: ${reason}`,
  invalid_vectors_left_out: ({ collection, objects, ids }) => {
    const more = objects > ids.length ? ', …' : ''
    return `left out vectors that hold NaN or infinity, of ${pluralize(objects, 'object')} of ${collection}: ${ids.join(', ')}${more}`
  },
  filter_planned: ({ filter, pushed, search, expected, objects, reason }) => {
    const condition = pushed.join(' AND ')
    const share = expected === undefined ? '' : `, ${expected} of ${pluralize(objects ?? 0, 'object')}`
    const why =
      pushed.length === 0
        ? 'the server can answer no part of it without loss'
        : `a search for ${condition} would find${share.slice(1)}`
    const how = search ? `asks the server for ${condition}${share}` : `scans all objects: ${reason ?? why}`
    return `filter: ${how}; evaluated here: ${filter}`
  },
  filter_evaluated: ({ read, selected }) => `filter: ${pluralize(read, 'object')} read, ${selected} selected`,
  objects_not_found: ({ collection, objects, ids }) => {
    const have = objects === 1 ? 'has' : 'have'
    return `${pluralize(objects, 'id')} of --objects ${have} no object in ${collection}: ${someIds(ids, objects)}`
  },
  vectors_missing: ({ collection, vector }) =>
    `no object of ${collection} has a vector${vector === '' ? '' : ` ${vector}`}, though its schema has an index for them`,
  written_meanwhile: ({ collection, before, after, written }) =>
    `${collection} was counted at ${before} objects before the scan and at ${after} after it; the archive holds ${written}`,
  expired_counted: ({ collection, tenant, counted: all, returned }) => {
    const name = tenant === undefined ? collection : `tenant ${tenant} of ${collection}`
    return `the store counts ${all} objects of ${name} and returned ${returned}: it counts expired ones until it deletes them, but does not return them`
  },
  manifest_copy_used: ({ file, error }) =>
    `${error.message}: its copy ${file} is intact, and is read instead`,
  document_version: ({ version, read_as }) => {
    const fact = version === undefined ? 'names no version' : `is of version ${JSON.stringify(version)}`
    return `the document ${fact}; it is read as ${read_as}`
  },
  document_count: ({ declared, objects }) =>
    `the document’s metadata declare ${declared} objects, but it holds ${objects}`,
  part_damaged: ({ error }) => `${error.message}: its undamaged objects are restored`,
  shard_left_out: ({ shard, collection, reason }) =>
    `the server left out ${shard} of ${collection}: ${reason}`,
  files_left: ({ location, files }) => `${location} was not removed: it also holds ${files.join(', ')}`,
  backup_not_cataloged: ({ error }) => `this backup is missing from the catalog: ${error.message}`,
  catalog_moved_aside: ({ path, error }) => `${error.message}; it was moved to ${path}`,
  catalog_rebuilt: ({ archives, roots }) =>
    `the catalog was rebuilt: ${pluralize(archives, 'archive')} below ${roots.join(', ')}`,
  archive_unreadable: ({ path, reason }) => `${path} was left out: ${reason}`,
  root_unreadable: ({ root, error }) => `${root} could not be searched for archives: ${error.message}`,
  note_not_kept: ({ error }) => `a rebuilt catalog would lack this: ${error.message}`,
  scratch_removed: (event) => `removed ${scratchOf(event)}, left by a killed rehearsal`,
  scratch_left: ({ error, ...event }) =>
    error === undefined
      ? `a killed rehearsal left ${scratchOf(event)}: a rehearsal --into that store removes it`
      : `${scratchOf(event)} of a rehearsal could not be removed: ${error.message}; the next one tries again`,
} satisfies Texts

/** What a rehearsal made: a class, or a directory. */
function scratchOf({ directory, collection, target }: Partial<Record<string, string>>): string {
  return directory ?? `${collection} in ${target}`
}
