import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { overlayStore } from '../../store/overlay.ts'
import { openSqlite } from '../../store/sqlite/store.ts'
import type { CollectionSchema, Store } from '../../store/store.ts'

/**
 * A store for a dry run: reads from `store`, writes to a temporary file, so that a later record sees what an earlier
 * one would have written, without growing memory. Closing it removes the file.
 */
export async function dryRunStore(store: Store, schema: CollectionSchema): Promise<Store> {
  const directory = await mkdtemp(join(tmpdir(), 'elysiactl-dry-run-'))
  const scratch = await openSqlite(join(directory, 'scratch.db'))
  const layered = await overlayStore(store, scratch, schema)
  return {
    ...layered,
    close: async () => {
      await layered.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
