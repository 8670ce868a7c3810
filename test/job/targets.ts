import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { openMemory } from '../../lib/store/memory/store.ts'
import { openStore } from '../../lib/store/open.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import type { Store } from '../../lib/store/store.ts'
import { parseTarget } from '../../lib/store/target.ts'
import { weaviateDouble } from '../double/double.ts'

/** A directory of its own: `testdir` gives a test one only. */
export function directory(t: Test): string {
  const made = mkdtempSync(join(tmpdir(), 'elysiactl-test-'))
  t.teardown(() => rmSync(made, { recursive: true }))
  return made
}

/** Opens an empty store of each kind, which is closed when the test ends. */
export const TARGETS = {
  memory: async () => openMemory(),
  sqlite: async (t) => {
    const store = await openSqlite(`${directory(t)}/store.db`)
    t.teardown(() => store.close())
    return store
  },
  'a Weaviate server': async (t) => {
    const double = await weaviateDouble()
    const store = await openStore(parseTarget(double.target))
    t.teardown(async () => {
      await store.close()
      await double.stop()
    })
    return store
  },
} as const satisfies Readonly<Record<string, (t: Test) => Promise<Store>>>
