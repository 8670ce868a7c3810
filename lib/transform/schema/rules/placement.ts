import { pluralize } from '../../../core/units.ts'
import { recordOf } from '../../../core/value/record.ts'
import { isAtLeastMinor } from '../../../core/value/version.ts'
import type { SchemaDraft } from '../schemaDraft.ts'
import type { SchemaRule } from './rule.ts'
import { unknownTo } from './unknown.ts'

/** A server's message about `REPLICATION_MINIMUM_FACTOR` and its counterpart. */
const BOUNDS =
  /invalid replication factor: setup (?:requires a minimum replication factor of|caps replication at) (\d+)/

/** How a class is distributed over the nodes of a cluster. */
export const PLACEMENT: readonly SchemaRule[] = [
  {
    name: 'sharding-with-tenants',
    meaning: '`shardingConfig` of a class with tenants is left out: no server takes both',
    of: 'server',
    cause: 'wording',
    apply: shardingWithTenants,
  },
  {
    name: 'sharding-as-it-was',
    meaning:
      '`actualCount`, `actualVirtualCount` and `desiredVirtualCount` are left out; `desiredCount` stays',
    of: 'server',
    cause: 'wording',
    apply: shardingAsItWas,
  },
  {
    name: 'replication-asked',
    meaning: 'as many copies as `--replication` says',
    of: 'server',
    cause: 'asked',
    apply: applyReplication,
  },
  {
    name: 'replication',
    meaning: 'no more copies than the target has nodes',
    of: 'server',
    cause: 'target',
    apply: replication,
  },
  {
    name: 'replication-bounds',
    meaning: 'as many copies as the target has at least, or at most, where it refuses others',
    of: 'server',
    cause: 'target',
    refusal: BOUNDS,
    apply: replicationBounds,
  },
  {
    name: 'deletion-strategy',
    meaning: '`deletionStrategy` is left out where its value came after the version of the target (1.28)',
    of: 'server',
    cause: 'target',
    apply: deletionStrategy,
  },
  {
    name: 'replication-async',
    meaning:
      '`asyncConfig` is left out before 1.36, and `asyncEnabled` from 1.38 on, where the server decides it for all classes',
    of: 'server',
    cause: 'target',
    apply: asyncReplication,
  },
]

function shardingWithTenants({ schema, set }: SchemaDraft): void {
  if (recordOf(schema.multiTenancyConfig).enabled !== true) return
  set(['shardingConfig'], undefined, 'a class with tenants has a shard for each, and takes no other sharding')
}

function shardingAsItWas({ schema, set }: SchemaDraft): void {
  if (schema.shardingConfig === undefined) return
  for (const key of ['actualCount', 'actualVirtualCount', 'desiredVirtualCount']) {
    set(['shardingConfig', key], undefined, 'it says how the class lay on the nodes it came from')
  }
}

function applyReplication(patching: SchemaDraft): void {
  const { replication: wanted } = patching.wishes
  if (wanted !== undefined) copies(patching, wanted, 'it was asked for with --replication')
}

function replication(patching: SchemaDraft): void {
  const { schema, target, wishes } = patching
  if (wishes.replication !== undefined) return
  const most = Math.max(1, target.nodes)
  const factor = Number(recordOf(schema.replicationConfig).factor ?? 1)
  if (factor > most) copies(patching, most, `the target has ${pluralize(target.nodes, 'node')}`)
}

function replicationBounds(patching: SchemaDraft): void {
  const [, factor] = BOUNDS.exec(patching.words) ?? []
  if (factor !== undefined) copies(patching, Number(factor), 'the target takes no other number of copies')
}

function copies({ schema, set }: SchemaDraft, factor: number, reason: string): void {
  if (schema.replicationConfig === undefined) {
    if (factor !== 1) set(['replicationConfig'], { factor }, reason)
  } else set(['replicationConfig', 'factor'], factor, reason)
}

function deletionStrategy({ schema, target, set }: SchemaDraft): void {
  const { deletionStrategy: strategy } = recordOf(schema.replicationConfig)
  if (strategy !== 'TimeBasedResolution' || !unknownTo(target, 28)) return
  set(['replicationConfig', 'deletionStrategy'], undefined, `Weaviate ${target.version} does not know it`)
}

function asyncReplication({ schema, target, set }: SchemaDraft): void {
  const { asyncConfig, asyncEnabled } = recordOf(schema.replicationConfig)
  if (asyncConfig !== undefined && unknownTo(target, 36)) {
    set(['replicationConfig', 'asyncConfig'], undefined, `Weaviate ${target.version} does not know it`)
  }
  if (asyncEnabled === true && target.version !== undefined && isAtLeastMinor(target.version, 38)) {
    const reason = `Weaviate ${target.version} has no such setting for a class of its own`
    set(['replicationConfig', 'asyncEnabled'], undefined, reason)
  }
}
