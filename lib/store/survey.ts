/** One node of a store, as far as the key may see it. */
export interface SurveyedNode {
  readonly name: string
  /** The server's own word: `HEALTHY`, `UNAVAILABLE` … */
  readonly status: string
  readonly version?: string
  /** True if it accepts no writes. */
  readonly readOnly: boolean
  /** The number of object copies that it holds. */
  readonly objects?: number
}

/** One address of a store. */
export interface SurveyedAddress {
  readonly address: string
  /** True if it answers at all. */
  readonly live: boolean
  /** True if it has loaded everything that it serves. */
  readonly ready: boolean
}

/** The shards of one collection, without those of inactive tenants. */
export interface SurveyedCollection {
  readonly name: string
  readonly shards: number
  /** Shards whose nodes are all down. */
  readonly outOfReach: number
  readonly readOnly: number
  /** Vectors that no index contains yet. */
  readonly unindexed: number
  /** The number of copies of the shard with the fewest; absent if the server does not report it. */
  readonly copies?: number
  /** How many copies of each shard the class requires. */
  readonly copiesWanted?: number
}

/** The result of surveying a store. Absent fields are invisible to the key, or unknown to the server's version. */
export interface StoreSurvey {
  readonly version: string
  readonly addresses: readonly SurveyedAddress[]
  readonly nodes: readonly SurveyedNode[]
  readonly collections: readonly SurveyedCollection[]
  /** Whether all nodes have the same schema. */
  readonly inStep?: boolean
  /** Rights that the key lacks for the requested use, a clause each. */
  readonly missingRights: readonly string[]
}
