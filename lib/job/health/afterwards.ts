import type { Retrying } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Store } from '../../store/store.ts'
import { dangersIn } from './findings.ts'
import type { HealthFinding } from './report.ts'

/** Of one who does not tell what is asked, as behind a proxy; nobody knows of a danger then. */
const NOT_TOLD: ReadonlySet<string> = new Set(['ELYSIA_REFUSED', 'ELYSIA_NOT_FOUND', 'ELYSIA_STORE'])

/**
 * What endangers the objects of a collection that were just written: a node that is gone, shards that are read-only or out of reach,
 * copies that are missing. `degraded` says that fewer nodes than there should be were known of. Empty for a store without servers;
 * a warning where a server does not let it be asked, since what was written is there all the same.
 * @throws ElysiaError ELYSIA_UNREACHABLE where nobody answers any more
 */
export async function dangersAfterwards(
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
    return [{ level: 'warning', fact: `how it is was not told: ${error.message}` }]
  }
}

/** @throws ElysiaError ELYSIA_CONFLICT where readers were to be sent to what is in danger */
export function requireSafe(dangers: readonly HealthFinding[], alias: string, target: string): void {
  const facts = dangers.filter(({ level }) => level === 'stop').map(({ fact }) => fact)
  if (facts.length === 0) return
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `${alias} stays as it is, since ${target} is not well: ${facts.join('; ')}`,
    {
      hint: 'see to it, then give the same command again: it goes on where it stopped; --degraded goes on with a node down',
    },
  )
}
