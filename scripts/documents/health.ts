import { count, document, flag, list, nullable, object, one, optional, target, text } from './parts.ts'

export const healthDocument = document('health', '`cluster health --json`.', {
  target,
  kind: one(['memory', 'sqlite', 'weaviate'], 'The kind of store.'),
  healthy: flag('There are no findings.'),
  version: text('The version; of several nodes the oldest.'),
  addresses: list(
    object('An address of the target.', {
      address: text('Its URL.'),
      live: flag('It answers.'),
      ready: flag('It has loaded what it serves.'),
    }),
    'As the target names them.',
  ),
  nodes: list(
    object('A node.', {
      name: text('Its name.'),
      status: text("The server's own word: HEALTHY, UNAVAILABLE …"),
      version: optional(text('Its version.')),
      objects: optional(count('Copies of objects that it holds.')),
      read_only: flag('It takes no writes.'),
    }),
    'All that belong to the cluster.',
  ),
  collections: list(
    object('A collection.', {
      name: text('Its class.'),
      shards: count('Its shards; of tenants those that are active.'),
      out_of_reach: count('Shards all of whose nodes are down.'),
      read_only: count('Shards that take no writes.'),
      unindexed: count('Vectors that no index holds yet.'),
      copies: optional(count('Copies of the shard that has the fewest.')),
      copies_wanted: optional(count('Copies that the class wants of each.')),
    }),
    'Collections with their shards.',
  ),
  in_step: nullable(flag('All nodes have the same schema.'), 'Null where the store does not say.'),
  clock_difference_ms: nullable(
    count('By how much clocks of the store differ from that of this machine at most.'),
    'Null where the store does not say.',
  ),
  findings: list(
    object('What is not as it should be.', {
      level: one(['stop', 'warning'], 'stop: copies and restores would be refused, or data lost.'),
      fact: text('What it is.'),
    }),
    'The worst first.',
  ),
})
