import { isAtLeastMinor } from '../../../core/value/version.ts'
import type { SchemaTarget } from '../schemaDraft.ts'

/** True for a server older than this minor release of version 1; false if its version is unknown. */
export function unknownTo({ version }: SchemaTarget, since: number): boolean {
  return version !== undefined && !isAtLeastMinor(version, since)
}
