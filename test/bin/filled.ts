import type { StoredObject } from '../../lib/core/object.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import type { Home } from './elysiactl.ts'

/** The flags that name the store which `filled` makes. */
export const STORE = ['--target', 'sqlite:filled.db']

/** An id whose order is that of the number. */
export function idOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
}

/** Writes a class and its objects, each into its tenant where it has one, into `filled.db` of a home. */
export async function filled(
  { directory }: Home,
  className: string,
  objects: readonly StoredObject[],
): Promise<void> {
  const store = await openSqlite(`${directory}/filled.db`)
  const tenants = [...new Set(objects.flatMap(({ tenant }) => tenant ?? []))]
  const properties = ['path', 'text'].map((name) => ({ name, dataType: ['text'] }))
  const multiTenancyConfig = { enabled: tenants.length > 0 }
  await store.create({ class: className, vectorizer: 'none', properties, multiTenancyConfig })
  if (tenants.length > 0) await store.createTenants(className, tenants)
  for (const tenant of tenants.length > 0 ? tenants : [undefined]) {
    const its = objects.filter((object) => object.tenant === tenant)
    await store.collection(className).write(its, tenant === undefined ? {} : { tenant })
  }
  await store.close()
}
