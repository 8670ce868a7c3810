import Type from '../../core/typebox.ts'
import { count, event, failure, text, texts } from './fields.ts'

/** Events of archives and of the catalog. */
export const OF_ARCHIVES = [
  event('backup_resumed', 'An interrupted backup continues.', {
    archive: text('Its id.'),
    parts_kept: count('Parts that are complete.'),
    parts: count('Parts that the interrupted run had noted.'),
  }),
  event(
    'base_chosen',
    'A backup is made as an increment, or as a full archive since there is no base for one.',
    {
      archive: Type.Optional(text('The base; absent: a full archive is made.')),
      reason: Type.Optional(text('Why a full archive is made.')),
    },
  ),
  event('unchanged_proved', 'A sample of the objects that seem unchanged was read, and none has changed.', {
    archive: text('The base.'),
    objects: count('Objects that were read.'),
  }),
  event(
    'times_disproved',
    'An object has changed, though its update time says that it has not: a full archive is made.',
    {
      archive: text('The base.'),
      objects: count('Objects that were read.'),
      id: text('The object.'),
    },
  ),
  event('compression_chosen', '`auto` chose a compression, from the size and a sample.', {
    compression: text('Its name.'),
    level: Type.Optional(Type.Integer({ description: 'Its level.' })),
    reason: text('Why, as the manifest says it.'),
  }),
  event('invalid_vectors_left_out', 'Vectors with NaN or infinity were left out.', {
    collection: text('The class.'),
    objects: count('Of how many objects.'),
    ids: texts('The first thousand of them.'),
  }),
  event('filter_planned', 'How the objects of a filter are found.', {
    collection: text('The class.'),
    filter: text('The condition, all of which is evaluated here on each object that is read.'),
    pushed: texts('The conditions that the server can answer without loss.'),
    search: Type.Boolean({ description: 'The server is asked for them; else all objects are scanned.' }),
    expected: Type.Optional(count('Objects that the server counts of these conditions.')),
    objects: Type.Optional(count('Objects that it counts in all.')),
    reason: Type.Optional(text('Why the server could not be asked.')),
  }),
  event('filter_evaluated', 'How many objects were read for those that a filter selected.', {
    collection: text('The class.'),
    read: count('Objects that were read.'),
    selected: count('Those of them that were selected.'),
  }),
  event('objects_not_found', 'Ids were asked for of which there is no object.', {
    collection: text('The class.'),
    objects: count('How many.'),
    ids: texts('The first thousand of them.'),
  }),
  event('vectors_missing', 'No object has a vector that the schema names.', {
    collection: text('The class.'),
    vector: text('The name of the vector; empty for the one without a name.'),
  }),
  event('written_meanwhile', 'The collection was written to during the scan.', {
    collection: text('The class.'),
    before: count('Objects that the store counted before the scan.'),
    after: count('Objects that it counted after it.'),
    written: count('Objects in the archive.'),
  }),
  event('expired_counted', 'A store counts expired objects, but does not return them.', {
    collection: text('The class.'),
    tenant: Type.Optional(text('The tenant.')),
    counted: count('Objects that the store counts.'),
    returned: count('Objects that it returned.'),
  }),
  event('manifest_copy_used', 'A manifest is damaged: its copy is read.', {
    file: text('The copy.'),
    error: failure('What is wrong with the manifest.'),
  }),
  event('document_version', 'A backup document has an unknown version.', {
    version: Type.Optional(Type.Unknown({ description: 'The version that it names, if any.' })),
    read_as: text('The version that it is read as.'),
  }),
  event('document_count', 'A backup document declares a different number of objects than it holds.', {
    declared: Type.Number({ description: 'What its metadata say.' }),
    objects: count('What it holds.'),
  }),
  event('part_damaged', 'A part is damaged: its undamaged objects are restored.', {
    part: text('The part.'),
    error: failure('What is wrong with it.'),
  }),
  event('shard_left_out', 'The server left a shard out of its export.', {
    shard: text('The shard.'),
    collection: text('The class.'),
    reason: text('Why, in the words of the server.'),
  }),
  event('archive_removed', 'A cleanup has removed an archive.', { archive: text('Its id.') }),
  event('files_left', 'A directory was not removed, because it holds files of others.', {
    location: text('The directory.'),
    files: texts('The first ten of the files.'),
  }),
  event('backup_not_cataloged', 'A backup could not be added to the catalog.', { error: failure('Why.') }),
  event('catalog_moved_aside', 'A damaged catalog was moved aside; a new one is made.', {
    path: text('Where it is now.'),
    error: failure('What is wrong with it.'),
  }),
  event('catalog_rebuilt', 'A lost catalog was made again from the archives.', {
    archives: count('How many archives it knows.'),
    roots: texts('The directories that were looked through.'),
  }),
  event('archive_unreadable', 'An archive could not be read, and is not in the catalog.', {
    path: text('The archive.'),
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
  event('scratch_removed', 'What a killed rehearsal had left was removed.', {
    directory: Type.Optional(text('The directory of its scratch store.')),
    collection: Type.Optional(text('Its scratch class, where that was in another store.')),
    target: Type.Optional(text('That store.')),
  }),
  event('scratch_left', 'The scratch of a rehearsal could not be removed; the next one tries again.', {
    directory: Type.Optional(text('The directory of its scratch store.')),
    collection: Type.Optional(text('Its scratch class, where that is in another store.')),
    target: Type.Optional(text('That store.')),
    error: Type.Optional(failure('Why; absent where the store is not the one at hand.')),
  }),
] as const
