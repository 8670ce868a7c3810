import Type from '../../core/typebox.ts'
import { count, event, failure, text, texts } from './fields.ts'

/** Events of archives and of the catalog. */
export const OF_ARCHIVES = [
  event('backup_resumed', 'An interrupted backup continues.', {
    archive: text('The id of the archive.'),
    parts_kept: count('Complete parts, which the backup keeps.'),
    parts: count('Parts that the interrupted run recorded.'),
  }),
  event(
    'base_chosen',
    'A backup chose the base of its increment; or makes a full archive because there is no suitable base.',
    {
      archive: Type.Optional(text('The id of the base; absent for a full archive.')),
      reason: Type.Optional(text('Why the backup makes a full archive.')),
    },
  ),
  event(
    'unchanged_proved',
    'The backup read a sample of the objects that seem unchanged, and none has changed.',
    {
      archive: text('The id of the base.'),
      objects: count('Objects that were read.'),
    },
  ),
  event(
    'times_disproved',
    'An object has changed although its update time has not: the backup makes a full archive.',
    {
      archive: text('The id of the base.'),
      objects: count('Objects that were read.'),
      id: text('The id of the object.'),
    },
  ),
  event('compression_chosen', '`auto` chose a compression from the size of the collection and a sample.', {
    compression: text('The name of the compression.'),
    level: Type.Optional(Type.Integer({ description: 'The level of the compression.' })),
    reason: text('Why, in the words of the manifest.'),
  }),
  event('invalid_vectors_left_out', 'Vectors with NaN or infinity were left out.', {
    collection: text('The class.'),
    objects: count('Objects that lost a vector.'),
    ids: texts('The first 1000 ids.'),
  }),
  event('filter_planned', 'How a job finds the objects that match a filter.', {
    collection: text('The class.'),
    filter: text('The whole condition, which elysiactl evaluates on each object that it reads.'),
    pushed: texts('The conditions that the server can evaluate exactly.'),
    search: Type.Boolean({
      description: 'True if the server searches by these conditions; false if elysiactl scans all objects.',
    }),
    expected: Type.Optional(count('Objects that match these conditions, as the server counts them.')),
    objects: Type.Optional(count('All objects, as the server counts them.')),
    reason: Type.Optional(text('Why the server cannot search.')),
  }),
  event('filter_evaluated', 'How many objects were read, and how many the filter selected.', {
    collection: text('The class.'),
    read: count('Objects that were read.'),
    selected: count('Objects that the filter selected.'),
  }),
  event('objects_not_found', 'Some of the requested ids do not exist.', {
    collection: text('The class.'),
    objects: count('The number of missing objects.'),
    ids: texts('The first 1000 ids.'),
  }),
  event('vectors_missing', 'The schema names a vector that no object has.', {
    collection: text('The class.'),
    vector: text('The name of the vector; empty for the unnamed one.'),
  }),
  event('written_meanwhile', 'Somebody wrote to the collection during the scan.', {
    collection: text('The class.'),
    before: count('Objects that the store counted before the scan.'),
    after: count('Objects that the store counted after the scan.'),
    written: count('Objects in the archive.'),
  }),
  event('expired_counted', 'The store counts expired objects, but does not return them.', {
    collection: text('The class.'),
    tenant: Type.Optional(text('The tenant.')),
    counted: count('Objects that the store counts.'),
    returned: count('Objects that the store returned.'),
  }),
  event('manifest_copy_used', 'A manifest is damaged, so its copy is used.', {
    file: text('The copy.'),
    error: failure('What is wrong with the manifest.'),
  }),
  event('document_version', 'A backup document has an unknown version.', {
    version: Type.Optional(Type.Unknown({ description: 'The version in the document, if any.' })),
    read_as: text('The version that the document is read as.'),
  }),
  event('document_count', 'A backup document declares a different number of objects than it holds.', {
    declared: Type.Number({ description: 'Objects that its metadata declare.' }),
    objects: count('Objects that it holds.'),
  }),
  event('part_damaged', 'A part is damaged; its undamaged objects are restored.', {
    part: text('The part.'),
    error: failure('What is wrong.'),
  }),
  event('shard_left_out', 'The server left a shard out of its export.', {
    shard: text('The shard.'),
    collection: text('The class.'),
    reason: text('Why, in the words of the server.'),
  }),
  event('archive_removed', 'A cleanup has removed an archive.', { archive: text('The id of the archive.') }),
  event('files_left', 'A directory was not removed because it holds other files.', {
    location: text('The directory.'),
    files: texts('The first ten of the files.'),
  }),
  event('backup_not_cataloged', 'A backup could not be added to the catalog.', { error: failure('Why.') }),
  event('catalog_moved_aside', 'A damaged catalog was moved aside and replaced with a new one.', {
    path: text('The new path of the damaged catalog.'),
    error: failure('What is wrong.'),
  }),
  event('catalog_rebuilt', 'A lost catalog was rebuilt from the archives.', {
    archives: count('The number of archives in the catalog.'),
    roots: texts('The directories that were searched for archives.'),
  }),
  event('archive_unreadable', 'An archive could not be read, so it is not in the catalog.', {
    path: text('The path of the archive.'),
    reason: text('Why.'),
  }),
  event('root_unreadable', 'A directory could not be searched for archives.', {
    root: text('The directory.'),
    error: failure('Why.'),
  }),
  event(
    'note_not_kept',
    'A note could not be written next to its archive; a rebuilt catalog would lack it.',
    {
      error: failure('Why.'),
    },
  ),
  event('scratch_removed', 'The leftovers of a killed rehearsal were removed.', {
    directory: Type.Optional(text('The directory of the scratch store.')),
    collection: Type.Optional(text('The scratch class, if it was in another store.')),
    target: Type.Optional(text('The other store.')),
  }),
  event(
    'scratch_left',
    'The leftovers of a rehearsal could not be removed; the next rehearsal tries again.',
    {
      directory: Type.Optional(text('The directory of the scratch store.')),
      collection: Type.Optional(text('The scratch class, if it is in another store.')),
      target: Type.Optional(text('The other store.')),
      error: Type.Optional(
        failure('Why; absent if the class is in a store that this rehearsal does not use.'),
      ),
    },
  ),
] as const
