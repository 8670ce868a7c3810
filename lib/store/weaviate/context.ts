import type { ServerFeatures } from './cluster/capabilities.ts'
import type { Cluster, NodeOrder } from './cluster/cluster.ts'
import type { Shards } from './cluster/shards.ts'
import type { LostWrites } from './lostWrites.ts'
import type { PageStatistics } from './pageLimit.ts'
import type { Classes } from './schema/classes.ts'

/** What the calls of one collection share. */
export interface Context {
  readonly name: string
  readonly target: string
  readonly cluster: Cluster
  /** Which of its nodes are asked first and last; undefined for in turn. */
  readonly nodes?: NodeOrder
  readonly classes: Classes
  readonly shards: Shards
  /** The longest message that is sent intentionally. */
  readonly maxMessageBytes: number
  readonly pageSize: number | undefined
  /** What readers have learned for the next ones, by collection and projection. */
  readonly learned: Map<string, PageStatistics>
  readonly lostWrites: LostWrites
  readonly version: string
  readonly capabilities: ServerFeatures
}
