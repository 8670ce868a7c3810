import type { Capabilities } from './store.ts'

/**
 * What a store in this process can do: all of the contract but to find objects by conditions, since it has an index of
 * ids alone. Nothing of it depends on a server's version.
 */
export const EMBEDDED_CAPABILITIES: Capabilities = {
  vectors: true,
  namedVectors: true,
  multiVectors: true,
  mixedVectors: true,
  tenants: true,
  references: true,
  distinctReferences: true,
  aliases: true,
  transactions: true,
  filters: false,
}
