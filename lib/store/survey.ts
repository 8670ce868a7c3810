/** One node of a store, as far as the key may see it. */
export interface SurveyedNode {
  readonly name: string
  /** The server's own word: `HEALTHY`, `UNAVAILABLE` … */
  readonly status: string
  readonly version?: string
  /** It takes no writes. */
  readonly readOnly: boolean
  /** Copies of objects that it holds. */
  readonly objects?: number
}

/** One address of a store. */
export interface SurveyedAddress {
  readonly address: string
  /** It answers at all. */
  readonly live: boolean
  /** It has loaded what it serves. */
  readonly ready: boolean
}

/** The shards of one collection; those of tenants that are not active are left out. */
export interface SurveyedCollection {
  readonly name: string
  readonly shards: number
  /** Shards all of whose nodes are down. */
  readonly outOfReach: number
  readonly readOnly: number
  /** Vectors that no index holds yet. */
  readonly unindexed: number
  /** Copies of the shard that has the fewest; absent where the server does not say. */
  readonly copies?: number
  /** How many copies the class wants of each. */
  readonly copiesWanted?: number
}

/** What a look at a store found. Absent is what the key may not see, or the version does not say. */
export interface StoreSurvey {
  readonly version: string
  readonly addresses: readonly SurveyedAddress[]
  readonly nodes: readonly SurveyedNode[]
  readonly collections: readonly SurveyedCollection[]
  /** Whether all nodes have the same schema. */
  readonly inStep?: boolean
  /** Rights that the key lacks for the use that was asked about, a clause each. */
  readonly missingRights: readonly string[]
}
