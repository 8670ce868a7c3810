import Type from '../../core/typebox.ts'
import { choice, count, event, failure, flag, json, text, texts } from './fields.ts'

/** Events of what was made or changed in a store, or will be. */
export const OF_COLLECTIONS = [
  event('collection_created', 'A collection was created.', {
    collection: text('Its class.'),
    dry_run: flag('It would be made.'),
  }),
  event('property_added', 'A property was added to a collection.', {
    collection: text('Its class.'),
    property: text('The name of the property.'),
    data_type: text('Its data type.'),
    dry_run: flag('It would be added.'),
  }),
  event(
    'collection_removed',
    'A failed restore removes the collection that it created; `error` says why it could not.',
    {
      collection: text('Its class.'),
      error: Type.Optional(failure('Why it is still there.')),
    },
  ),
  event(
    'collection_remade',
    'The collection that a killed restore from a pipe left is removed and created again.',
    {
      collection: text('Its class.'),
      run: text('The id of the killed restore.'),
      dry_run: flag('It would be taken away.'),
    },
  ),
  event('alias_resolved', 'The name is an alias of a collection.', {
    alias: text('The alias.'),
    collection: text('The class that it leads to.'),
  }),
  event('aliases_left_out', 'The target has no aliases: those of the archive are left out.', {
    target: text('The store.'),
    aliases: texts('The aliases.'),
  }),
  event('alias_not_restored', 'An alias could not be created.', {
    alias: text('The alias.'),
    error: failure('Why.'),
  }),
  event(
    'alias_ahead',
    'An archive is restored into a new class; the alias is switched once that is complete.',
    {
      alias: text('The alias.'),
      before: Type.Optional(text('Its class; absent if there is no such alias.')),
      collection: text('The new class.'),
      dry_run: flag('It would be restored.'),
    },
  ),
  event('alias_switched', 'An alias leads to another class.', {
    alias: text('The alias.'),
    before: Type.Optional(text('Its class before; absent if there was no such alias.')),
    collection: text('Its class now.'),
  }),
  event('alias_not_switched', 'An alias was not switched, because the restored class lacks something.', {
    alias: text('The alias.'),
    before: Type.Optional(text('Its class; absent if there is no such alias.')),
    collection: text('The restored class.'),
    missing: count('Objects, references and damaged parts that it lacks.'),
  }),
  event('collection_dropped', 'The class to which an alias led before was removed.', {
    collection: text('Its class.'),
  }),
  event('plan_outdated', 'Objects have changed since a plan was made: they stay as they are.', {
    collection: text('Their class.'),
    objects: count('How many.'),
    ids: texts('Their ids, the first 1000.'),
  }),
  event('tenants_activated', 'Inactive tenants are activated one at a time, and then put back.', {
    tenants: count('How many.'),
  }),
  event('tenants_not_counted', 'Inactive tenants were not counted, because this is a dry run.', {
    tenants: count('How many.'),
  }),
  event('tenants_left_active', 'Tenants could not be put back into their former state.', {
    tenants: count('How many.'),
    collection: Type.Optional(text('The class of a restore.')),
    state: Type.Optional(text('The state that they should have.')),
    error: failure('Why.'),
  }),
  event('node_unhealthy', 'A node of the target is not healthy.', {
    node: text('Its name.'),
    status: text('What the server says of it.'),
  }),
  event('schema_patched', 'The class is created with a change.', {
    rule: text('The rule that asks for it.'),
    path: text('Where in the class.'),
    from: Type.Optional(json('What the archive has.')),
    to: Type.Optional(json('What it becomes; absent where it is left out.')),
    reason: text('Why.'),
  }),
  event('revectorizing', 'The target is going to make vectors anew.', {
    collection: text('Its class.'),
    vectors: Type.Array(text('The name of a vector; empty for the one without a name.')),
    modules: text('What makes them.'),
    objects: Type.Optional(count('Of how many objects; absent where nobody knows.')),
    calls: Type.Optional(count('How many vectors that are, at most.')),
  }),
  event('schema_differs', 'The target created the class differently from the request.', {
    path: text('Where in the class.'),
    wanted: json('What was asked for.'),
    got: Type.Optional(json('What there is; absent where the target dropped it.')),
  }),
  event('schema_kept', 'An existing class differs from that of the archive, and stays as it is.', {
    path: text('Where in the class.'),
    archive: json('What the archive has.'),
    kept: Type.Optional(json('What there is; absent where there is nothing.')),
  }),
  event('changes_ahead', 'Objects of an existing collection will be changed.', {
    collection: text('Its class.'),
    target: text('The store.'),
    strategy: text('What happens to objects that are in both.'),
    objects: Type.Optional(count('How many it holds; absent where they were not counted.')),
    source: Type.Optional(count('How many the source holds, where that is known.')),
    deletes: Type.Optional(count('How many will be deleted; absent where none are.')),
    undo: Type.Optional(text('Where what is changed is kept; absent where nothing is.')),
    keep_ms: Type.Optional(count('How long, in milliseconds.')),
    dry_run: flag('They would be changed.'),
  }),
  event('deletions_left', 'A replace deleted nothing, because objects of the archive were rejected.', {
    collection: text('Its class.'),
    objects: count('Objects that are still there, and not in the archive.'),
    rejected: count('Objects and references that were rejected.'),
  }),
  event(
    'undo_expired',
    'The changes of a run can no longer be rolled back; they were kept as long as asked.',
    {
      run: text('The run.'),
      collection: text('The class that it changed.'),
      bytes: count('Bytes that are free again.'),
    },
  ),
  event('schema_derived', 'The source has no schema: one is derived from all its objects.', {
    source: choice(['export', 'objects', 'table'], 'An export of a server, plain objects, or a table.'),
  }),
  event('class_derived', 'The class that was derived.', {
    collection: text('Its name in the source.'),
    properties: texts('Its properties, as `NAME TYPE`.'),
    vectors: texts('Its vectors, by name; an empty name for the one without.'),
    tenants: flag('Its objects have tenants.'),
  }),
  event('source_spooled', 'What comes from a pipe is kept in a temporary file until it was read.', {
    source: text('The source.'),
    directory: text('Where the file is.'),
    reason: text('Why.'),
  }),
  event('source_read_as', 'What the fields of a source of another program are taken for.', {
    source: text('Its name.'),
    shape: text('The form that it has.'),
    id: texts('The fields that ids come from.'),
    id_made: flag('The ids are made of their values.'),
    vectors: texts('The fields with vectors: `FIELD`, or `NAME=FIELD`.'),
    renamed: texts('Fields whose properties have other names.'),
    left_out: texts('Fields that say nothing of an object.'),
  }),
  event('source_changed', 'What reading a source of another program changed of its objects.', {
    source: text('Its name.'),
    ids: Type.Optional(count('Ids that are no UUID, and are a property now.')),
    vectors_rounded: Type.Optional(count('Vectors with numbers beyond a float32.')),
    numbers_rounded: Type.Optional(count('Decimals beyond a 64-bit float.')),
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
    held: text('What is held.'),
  }),
  event('indexing', 'The vector index is being built.', { vectors: count('How many.') }),
  event('objects_expired', 'Objects have expired and are gone; this is not an error.', {
    expired: count('How many.'),
    objects: count('Of how many.'),
    target: text('The store.'),
    collection: Type.Optional(text('The class that was restored; absent where an archive was compared.')),
  }),
] as const
