import type { Retrying } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Store } from '../../store/store.ts'
import { dangersIn } from './findings.ts'
import type { HealthFinding } from './report.ts'

/** Errors of a server that does not answer such questions, for example behind a proxy; then no danger is known. */
const NOT_TOLD: ReadonlySet<string> = new Set(['ELYSIA_REFUSED', 'ELYSIA_NOT_FOUND', 'ELYSIA_STORE'])

/**
 * What endangers objects of a collection that were just written: a node that is gone, shards that are read-only or
 * unreachable, missing copies. `degraded` means that the user accepted fewer nodes than there should be. Empty for a
 * store without servers; a warning if a server refuses the questions, since the written data exists nevertheless.
 * @throws ElysiaError ELYSIA_UNREACHABLE if no server answers any more
 */
export async function dangersToWrittenData(
  store: Store,
  collection: string,
  { degraded, retry }: { readonly degraded: boolean; readonly retry: Retrying },
): Promise<HealthFinding[]> {
  if (store.survey === undefined) return []
  try {
    const survey = await retry(() => store.survey!(undefined, collection))
    return dangersIn(store.target, survey, degraded)
  } catch (error) {
    if (!(error instanceof ElysiaError) || !NOT_TOLD.has(error.code)) throw error
    return [{ level: 'warning', fact: `its health is unknown: ${error.message}` }]
  }
}

/**
 * Checks the written data before an alias is pointed to it.
 * @throws ElysiaError ELYSIA_CONFLICT if readers would be directed to endangered data
 */
export function requireNoDangers(dangers: readonly HealthFinding[], alias: string, target: string): void {
  const facts = dangers.filter(({ level }) => level === 'stop').map(({ fact }) => fact)
  if (facts.length === 0) return
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `${alias} stays as it is, since ${target} is not healthy: ${facts.join('; ')}`,
    {
      hint: 'fix this, then run the same command again: it continues where it stopped; --degraded continues with a node down',
    },
  )
}
