import type { Json } from '../../../lib/core/object.ts'
import { parseBeacon } from '../dialogue/check.ts'
import type { RefPropertiesRequest } from '../grpc/wire.ts'
import { list, object } from '../value/json.ts'
import type { Collections } from './collections.ts'
import type { Stored } from './shard.ts'

/** An object that a reference leads to. */
export interface Referred {
  readonly class: string
  readonly stored: Stored
}

/** The objects that a property refers to, as a search resolves them: those that are gone are left out. */
export function referred(
  collections: Collections,
  stored: Stored,
  { referenceProperty }: Pick<RefPropertiesRequest, 'referenceProperty'>,
  tenant: string,
): Referred[] | undefined {
  const references: Json | undefined = stored.properties[referenceProperty]
  if (references === undefined) return undefined
  return list(references).flatMap((one) => {
    const target = parseBeacon(String(object(one).beacon))
    if (target === undefined) return []
    const shards = collections.shards(target.class)
    const found = (shards.get(tenant) ?? shards.get(''))?.find(target.id)
    return found === undefined ? [] : [{ class: target.class, stored: found }]
  })
}
