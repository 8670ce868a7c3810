import { isAtLeastMinor } from '../../../core/value/version.ts'

/** The oldest supported minor release of version 1: the client's gRPC needs it. */
export const OLDEST_MINOR = 27

interface Capability {
  /** The minor release of version 1 that added it. */
  readonly since: number
  readonly what: string
  /** What happens on an older server. */
  readonly before: string
}

/** Features that Weaviate added after the oldest supported version. SPEC.md, "Versions of Weaviate". */
export const CAPABILITIES = {
  tenantByName: {
    since: 28,
    what: 'a tenant by its name (GET)',
    before: 'whether there is one is asked by HEAD, whose answers give no reasons',
  },
  aggregate: {
    since: 29,
    what: 'counts by gRPC',
    before: 'objects are counted by GraphQL',
  },
  multiVectors: {
    since: 29,
    what: 'several vectors of one object in one index (multi-vectors)',
    before: 'a class with such an index is ELYSIA_CONFLICT, an object with such a vector is refused',
  },
  mixedVectors: {
    since: 31,
    what: 'an unnamed vector and named ones in one class, made in two steps',
    before: 'such a class is ELYSIA_CONFLICT',
  },
  aliases: {
    since: 32,
    what: 'aliases',
    before: 'there are none; a restore leaves out those of an archive, and says so',
  },
  distinctReferences: {
    since: 36,
    what: 'reference properties that hold no reference twice (`disableDuplicatedReferences`)',
    before: 'a restore says that the target dropped the setting',
  },
} as const satisfies Record<string, Capability>

/** Which of these features a server has. */
export type ServerFeatures = { readonly [Name in keyof typeof CAPABILITIES]: boolean }

/** The features of a server of this version. */
export function featuresOf(version: string): ServerFeatures {
  const entries = Object.entries(CAPABILITIES).map(([name, { since }]) => [
    name,
    isAtLeastMinor(version, since),
  ])
  return Object.fromEntries(entries) as ServerFeatures
}
