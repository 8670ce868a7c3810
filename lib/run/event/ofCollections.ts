import Type from '../../core/typebox.ts'
import { choice, count, event, failure, flag, json, text, texts } from './fields.ts'

/** Events of what was made or changed in a store, or will be. */
export const OF_COLLECTIONS = [
  event('collection_created', 'A collection was created.', {
    collection: text('The class.'),
    dry_run: flag('True if this is only planned.'),
  }),
  event('property_added', 'A property was added to a collection.', {
    collection: text('The class.'),
    property: text('The name of the property.'),
    data_type: text('The data type of the property.'),
    dry_run: flag('True if this is only planned.'),
  }),
  event(
    'collection_removed',
    'A failed restore removes the collection that it created; `error` says why that failed.',
    {
      collection: text('The class.'),
      error: Type.Optional(failure('Why it is still there.')),
    },
  ),
  event(
    'collection_remade',
    'A killed restore from a pipe left a collection: it is removed and created again.',
    {
      collection: text('The class.'),
      run: text('The id of the killed restore.'),
      dry_run: flag('True if this is only planned.'),
    },
  ),
  event('alias_resolved', 'The name is an alias of a collection.', {
    alias: text('The alias.'),
    collection: text('The class of the alias.'),
  }),
  event('aliases_left_out', 'The target does not support aliases, so those of the archive are left out.', {
    target: text('The store.'),
    aliases: texts('The aliases.'),
  }),
  event('alias_not_restored', 'An alias could not be created.', {
    alias: text('The alias.'),
    error: failure('Why.'),
  }),
  event(
    'alias_ahead',
    'An archive is restored into a new class; the alias is switched once the restore is complete.',
    {
      alias: text('The alias.'),
      before: Type.Optional(text('The current class of the alias; absent if the alias does not exist.')),
      collection: text('The new class.'),
      dry_run: flag('True if this is only planned.'),
    },
  ),
  event('alias_switched', 'An alias was switched to another class.', {
    alias: text('The alias.'),
    before: Type.Optional(text('The previous class of the alias; absent if the alias is new.')),
    collection: text('The new class of the alias.'),
  }),
  event('alias_not_switched', 'An alias was not switched because the restored class is incomplete.', {
    alias: text('The alias.'),
    before: Type.Optional(text('The current class of the alias; absent if the alias does not exist.')),
    collection: text('The restored class.'),
    missing: count('Objects, references and damaged parts that the class lacks.'),
  }),
  event('collection_dropped', 'The previous class of an alias was removed.', {
    collection: text('The class.'),
  }),
  event('plan_outdated', 'Objects have changed since the plan was made; they stay as they are.', {
    collection: text('The class.'),
    objects: count('How many.'),
    ids: texts('The first 1000 ids.'),
  }),
  event(
    'tenants_activated',
    'Inactive tenants are activated one at a time, then returned to their former state.',
    {
      tenants: count('How many.'),
    },
  ),
  event('tenants_not_counted', 'Inactive tenants were not counted because this is a dry run.', {
    tenants: count('How many.'),
  }),
  event('tenants_left_active', 'Tenants could not be returned to their former state.', {
    tenants: count('How many.'),
    collection: Type.Optional(text('The class; only for a restore.')),
    state: Type.Optional(text('The state that they should have.')),
    error: failure('Why.'),
  }),
  event('node_unhealthy', 'A node of the target is not healthy.', {
    node: text('The name of the node.'),
    status: text('The status that the server reports.'),
  }),
  event('schema_patched', 'A setting of the class is changed before the class is created.', {
    rule: text('The rule that requires the change.'),
    path: text('The path of the setting in the class.'),
    from: Type.Optional(json('The value in the archive.')),
    to: Type.Optional(json('The new value; absent if the setting is left out.')),
    reason: text('Why.'),
  }),
  event('revectorizing', 'The target will compute vectors again.', {
    collection: text('The class.'),
    vectors: Type.Array(text('The name of a vector; empty for the unnamed one.')),
    modules: text('The modules that compute them.'),
    objects: Type.Optional(count('The number of objects; absent if unknown.')),
    calls: Type.Optional(count('The number of vectors to compute, at most.')),
  }),
  event('schema_differs', 'The target created the class differently from the request.', {
    path: text('The path of the setting in the class.'),
    wanted: json('The requested value.'),
    got: Type.Optional(json('The actual value; absent if the target dropped the setting.')),
  }),
  event('schema_kept', 'An existing class differs from the archive and stays as it is.', {
    path: text('The path of the setting in the class.'),
    archive: json('The value in the archive.'),
    kept: Type.Optional(json('The value in the existing class; absent if it has none.')),
  }),
  event('changes_ahead', 'Objects of an existing collection will be changed.', {
    collection: text('The class.'),
    target: text('The store.'),
    strategy: text('How objects that exist on both sides are handled.'),
    objects: Type.Optional(count('Objects in the collection; absent if they were not counted.')),
    source: Type.Optional(count('Objects in the source, if known.')),
    deletes: Type.Optional(count('Objects that will be deleted; absent if none.')),
    undo: Type.Optional(text('Where the changed objects are kept for a rollback; absent if they are not.')),
    keep_ms: Type.Optional(count('How long they are kept, in milliseconds.')),
    dry_run: flag('True if this is only planned.'),
  }),
  event(
    'room_unknown',
    'A large collection is about to go to a server, which does not report the room on its disks.',
    {
      collection: text('The class.'),
      target: text('The store.'),
      bytes: Type.Optional(count('What it will take on all nodes together, estimated; absent if unknown.')),
      objects: Type.Optional(count('Its objects; absent if unknown.')),
    },
  ),
  event('deletions_left', 'A replace deleted nothing because objects of the archive were rejected.', {
    collection: text('The class.'),
    objects: count('Objects that still exist, but are not in the archive.'),
    rejected: count('Objects and references that were rejected.'),
  }),
  event('undo_expired', 'The changes of a run can no longer be rolled back: the time to keep them is over.', {
    run: text('The run.'),
    collection: text('The class that the run changed.'),
    bytes: count('Bytes that were freed.'),
  }),
  event('schema_derived', 'The source has no schema, so one is derived from all its objects.', {
    source: choice(
      ['export', 'objects', 'table'],
      'The kind of source: an export of a server, plain objects, or a table.',
    ),
  }),
  event('class_derived', 'A class was derived from the source.', {
    collection: text('The name of the class in the source.'),
    properties: texts('The properties, as `NAME TYPE`.'),
    vectors: texts('The names of the vectors; empty for the unnamed one.'),
    tenants: flag('True if the objects have tenants.'),
  }),
  event('source_spooled', 'Data from a pipe is kept in a temporary file until it is read.', {
    source: text('The source.'),
    directory: text('The directory of the file.'),
    reason: text('Why.'),
  }),
  event('source_read_as', 'How the fields of a source from another program are read.', {
    source: text('The name of the node.'),
    shape: text('The format of the source.'),
    id: texts('The fields with the ids.'),
    id_made: flag('True if the ids are computed from the values of these fields.'),
    vectors: texts('The fields with vectors: `FIELD`, or `NAME=FIELD`.'),
    renamed: texts('Fields that become properties with other names.'),
    left_out: texts('Fields that are left out because they do not describe an object.'),
  }),
  event('source_changed', 'What was changed in objects read from a source of another program.', {
    source: text('The name of the node.'),
    ids: Type.Optional(count('Ids that are not UUIDs and became a property.')),
    vectors_rounded: Type.Optional(count('Vectors with numbers rounded to 32-bit floats.')),
    numbers_rounded: Type.Optional(count('Decimals rounded to 64-bit floats.')),
    sparse_vectors: Type.Optional(count('Sparse vectors that were left out.')),
    names: Type.Optional(count('Fields that were renamed.')),
    fields: Type.Optional(count('Fields that were left out.')),
  }),
  event('reference_target_missing', 'The target lacks the classes that references point to.', {
    property: text('The reference property.'),
    collections: texts('The classes that are missing.'),
  }),
  event('number_rounded', 'A number cannot be stored exactly.', {
    value: text('The number, in decimal digits.'),
    held: text('The number that is stored instead.'),
  }),
  event('indexing', 'The vector index is being built.', { vectors: count('How many.') }),
  event('objects_expired', 'Objects have expired and are gone; this is not an error.', {
    expired: count('How many.'),
    objects: count('Objects in all.'),
    target: text('The store.'),
    collection: Type.Optional(text('The restored class; absent if an archive was compared.')),
  }),
] as const
