import type { Test } from 'tap'
import { aliasTests } from './store/aliases.ts'
import { collectionTests } from './store/collections.ts'
import { failureTests } from './store/failures.ts'
import { filterTests } from './store/filters.ts'
import { modelTests } from './store/model.ts'
import { objectTests } from './store/objects.ts'
import { readingTests } from './store/reading.ts'
import { referenceTests } from './store/references.ts'
import { refusalTests } from './store/refusals.ts'
import { tenantStateTests } from './store/tenantStates.ts'
import { tenantTests } from './store/tenants.ts'
import { timeTests } from './store/times.ts'
import { transactionTests } from './store/transactions.ts'
import { valueTests } from './store/values.ts'
import { vectorTests } from './store/vectors.ts'
import { type Amounts, DEFAULT_AMOUNTS, type Open } from './store/world.ts'

export type { Amounts, Open, Opened } from './store/world.ts'

/**
 * Everything lib/store/store.ts promises, as tests that every store runs.
 * `open` is called once a test; the suite drops the collections that it made and closes the store. What a
 * store does not support is skipped. `amounts` keeps the number of calls modest where each one is dear.
 */
export function storeContract(
  t: Test,
  open: Open,
  options: { readonly label: string; readonly amounts?: Partial<Amounts> },
): Promise<unknown> {
  const amounts = { ...DEFAULT_AMOUNTS, ...options.amounts }
  return t.test(`${options.label} keeps the store contract`, async (t) => {
    await collectionTests(t, open)
    await objectTests(t, open, amounts)
    await readingTests(t, open, amounts)
    await refusalTests(t, open)
    await valueTests(t, open)
    await vectorTests(t, open)
    await referenceTests(t, open)
    await timeTests(t, open)
    await tenantTests(t, open)
    await tenantStateTests(t, open)
    await aliasTests(t, open)
    await filterTests(t, open)
    await transactionTests(t, open)
    await failureTests(t, open)
    await modelTests(t, open, amounts)
  })
}
