import Type from '../../core/typebox.ts'
import { choice, count, event, failure, flag, json, text, texts } from './fields.ts'

/** What was made or changed in a store, or will be. */
export const OF_COLLECTIONS = [
  event('collection_created', 'A collection was made.', {
    collection: text('Its class.'),
    dry_run: flag('It would be made.'),
  }),
  event('property_added', 'A property was added to a collection.', {
    collection: text('Its class.'),
    property: text('The name of the property.'),
    data_type: text('Its data type.'),
    dry_run: flag('It would be added.'),
  }),
  event('collection_removed', 'A collection that a failed restore had made was to be removed again.', {
    collection: text('Its class.'),
    error: Type.Optional(failure('Why it is still there.')),
  }),
  event('collection_remade', 'What a killed restore from a pipe has left is taken away, and made anew.', {
    collection: text('Its class.'),
    run: text('The id of the killed restore.'),
    dry_run: flag('It would be taken away.'),
  }),
  event('alias_resolved', 'A collection was named by an alias.', {
    alias: text('The alias.'),
    collection: text('The class that it leads to.'),
  }),
  event('aliases_left_out', 'A target has no aliases, and those of an archive are left out.', {
    target: text('The store.'),
    aliases: texts('The aliases.'),
  }),
  event('alias_not_restored', 'An alias could not be made.', {
    alias: text('The alias.'),
    error: failure('Why.'),
  }),
  event('tenants_activated', 'Tenants are activated one by one, and put back afterwards.', {
    tenants: count('How many.'),
  }),
  event('tenants_not_counted', 'Tenants are not active, and were not counted in a dry run.', {
    tenants: count('How many.'),
  }),
  event('tenants_left_active', 'Tenants could not be put back into the state that they had.', {
    tenants: count('How many.'),
    collection: Type.Optional(text('The class of a restore.')),
    state: Type.Optional(text('The state that they should have.')),
    error: failure('Why.'),
  }),
  event('node_unhealthy', 'A node of the target is not healthy.', {
    node: text('Its name.'),
    status: text('What the server says of it.'),
  }),
  event('schema_patched', 'A class is made otherwise than its archive has it.', {
    rule: text('The rule that asks for it.'),
    path: text('Where in the class.'),
    from: Type.Optional(json('What the archive has.')),
    to: Type.Optional(json('What it becomes; absent where it is left out.')),
    reason: text('Why.'),
  }),
  event('schema_differs', 'The target made a class otherwise than it was asked to.', {
    path: text('Where in the class.'),
    wanted: json('What was asked for.'),
    got: Type.Optional(json('What there is; absent where the target dropped it.')),
  }),
  event('schema_kept', 'A class that is there is otherwise than the archive has it, and stays so.', {
    path: text('Where in the class.'),
    archive: json('What the archive has.'),
    kept: Type.Optional(json('What there is; absent where there is nothing.')),
  }),
  event('changes_ahead', 'Objects of a collection that is there will be changed.', {
    collection: text('Its class.'),
    target: text('The store.'),
    strategy: text('What happens to objects that are in both.'),
    objects: Type.Optional(count('How many it holds; absent where they were not counted.')),
    source: Type.Optional(count('How many the source holds, where that is known.')),
    undo: Type.Optional(text('Where what is changed is kept; absent where nothing is.')),
    keep_ms: Type.Optional(count('How long, in milliseconds.')),
    dry_run: flag('They would be changed.'),
  }),
  event('undo_expired', 'What a run had changed can no longer be taken back: it was kept for its time.', {
    run: text('The run.'),
    collection: text('The class that it changed.'),
    bytes: count('Bytes that are free again.'),
  }),
  event('schema_derived', 'A source has no schema: it is derived from all its objects.', {
    source: choice(['export', 'objects'], 'An export of a server, or plain objects.'),
  }),
  event('reference_target_missing', 'References lead nowhere until the target has their classes.', {
    property: text('The reference property.'),
    collections: texts('The classes that are missing.'),
  }),
  event('number_rounded', 'A number is held less exactly than it was written.', {
    value: text('The number, in decimal digits.'),
    held: text('What is held.'),
  }),
  event('indexing', 'Vectors wait for their index.', { vectors: count('How many.') }),
  event('objects_expired', 'Objects have expired, and are gone: no fault.', {
    expired: count('How many.'),
    objects: count('Of how many.'),
    target: text('The store.'),
    collection: Type.Optional(text('The class that was restored; absent where an archive was compared.')),
  }),
] as const
