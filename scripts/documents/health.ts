import { count, document, flag, list, nullable, object, one, optional, target, text } from './parts.ts'

export const healthDocument = document('health', '`cluster health --json`.', {
  target,
  kind: one(['memory', 'sqlite', 'weaviate'], 'The kind of store.'),
  healthy: flag('True if there are no findings.'),
  version: text('The version of the store; the oldest if its nodes differ.'),
  addresses: list(
    object('An address of the target.', {
      address: text('The URL.'),
      live: flag('True if the address answers.'),
      ready: flag('True if the server has loaded its data.'),
    }),
    'The addresses, as the target names them.',
  ),
  nodes: list(
    object('A node.', {
      name: text('The name of the node.'),
      status: text("The server's own word: HEALTHY, UNAVAILABLE …"),
      version: optional(text('The version of the node.')),
      objects: optional(count('Copies of objects on the node.')),
      read_only: flag('True if the node accepts no writes.'),
    }),
    'All nodes of the cluster.',
  ),
  collections: list(
    object('A collection.', {
      name: text('The class.'),
      shards: count('The shards of the collection; for tenants, only the active ones.'),
      out_of_reach: count('Shards whose nodes are all down.'),
      read_only: count('Shards that accept no writes.'),
      unindexed: count('Vectors that are not indexed yet.'),
      copies: optional(count('Copies of the shard with the fewest copies.')),
      copies_wanted: optional(count('Copies of each shard that the class asks for.')),
    }),
    'Collections with their shards.',
  ),
  in_step: nullable(flag('True if all nodes have the same schema.'), 'Null if the store does not say.'),
  clock_difference_ms: nullable(
    count('The largest difference between the clocks of the store and this machine, in milliseconds.'),
    'Null if the store does not say.',
  ),
  findings: list(
    object('A problem of the target.', {
      level: one(['stop', 'warning'], 'stop: copies and restores would be refused, or data would be lost.'),
      fact: text('What the problem is.'),
    }),
    'The problems, worst first.',
  ),
})
