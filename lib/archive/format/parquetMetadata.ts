/** Keys in a file's metadata. `collection` and `tenant` come from a server's own export. */
export const META = {
  version: 'elysiactl.version',
  schema: 'elysiactl.schema',
  columns: 'elysiactl.columns',
  collection: 'collection',
  tenant: 'tenant',
} as const
