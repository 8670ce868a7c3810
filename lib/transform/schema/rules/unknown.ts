import { isSince } from '../../../core/value/version.ts'
import type { SchemaTarget } from '../patching.ts'

/** True for a server that is older than this minor release of version 1; false where its version is not known. */
export function unknownTo({ version }: SchemaTarget, since: number): boolean {
  return version !== undefined && !isSince(version, since)
}
