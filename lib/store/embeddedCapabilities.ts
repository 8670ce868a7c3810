import type { Capabilities } from './store.ts'

/**
 * What a store in this process can do: everything in the contract except finding objects by conditions, since it
 * indexes only ids. Independent of a server's version.
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
