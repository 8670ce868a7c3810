import type { Json } from '../../../core/object.ts'
import type { CallOptions, Collection, Link, WriteOutcome } from '../../../store/store.ts'
import type { RestoreContext, RestoreRun } from '../run.ts'
import type { PlacedLink } from './partSpool.ts'
import { linkReject } from './rejects.ts'

/**
 * Links the references of all written parts. Links append, so a part that an earlier attempt may have begun is compared
 * with the store, and only missing links are added.
 * @throws ElysiaError ELYSIA_UNREACHABLE, ELYSIA_STATE
 */
export async function linkReferences(run: RestoreRun): Promise<void> {
  for (const [part, facts] of run.progress.parts) {
    if (facts.linked) continue
    let referencesRejected = 0
    for await (const links of run.kept.spool.read(part)) {
      run.frame.signal.throwIfAborted()
      if (run.frame.stop.aborted) throw run.frame.stop.reason
      for (const [tenant, group] of Map.groupBy(links, (link) => link.tenant)) {
        referencesRejected += await linkSome(run, part, group, tenant)
      }
    }
    run.kept.rejects?.sync()
    const linked = { ...facts, linked: true, referencesRejected }
    if (!run.progress.damaged.has(part)) run.kept.log.note(part, linked)
    run.progress.parts.set(part, linked)
  }
}

/** Returns how many references were refused. */
async function linkSome(
  run: RestoreRun,
  part: string,
  links: readonly PlacedLink[],
  tenant: string | undefined,
): Promise<number> {
  const call = { signal: run.frame.signal, ...(tenant !== undefined && { tenant }) }
  const look = run.continues || run.existing?.continues === true
  const due = await ownOnly(run, links, call)
  const refused = await linkMissing(run, due, { ...call, look })
  tellLinked(run, due, refused)
  for (const { reason } of refused) run.progress.reasons.add(reason)
  run.kept.rejects?.append(refused.map(({ link, reason }) => linkReject(part, run.kept.origin, link, reason)))
  return refused.reduce((sum, { link }) => sum + link.beacons.length, 0)
}

/** An object with a refused reference is not linked: it stays one that has to be written again. */
function tellLinked(
  { frame }: RestoreRun,
  links: readonly PlacedLink[],
  refused: readonly RefusedLink[],
): void {
  const { precedence } = frame.context as RestoreContext
  if (precedence?.linked === undefined) return
  const lacking = new Set(refused.map(({ link }) => link.id))
  precedence.linked(links.filter(({ id }) => !lacking.has(id)))
}

/** The references, without those of objects that somebody else has changed since they were written. */
async function ownOnly(
  { frame, existing, collection, retry }: RestoreRun,
  links: readonly PlacedLink[],
  call: CallOptions,
): Promise<readonly PlacedLink[]> {
  const { precedence } = frame.context as RestoreContext
  if (existing === undefined || precedence?.isCareful !== true) return links
  const ids = [...new Set(links.map(({ id }) => id))]
  const whole = { properties: 'all', vectors: true, references: true, times: true } as const
  const stored = await retry(() => collection.readMany(ids, whole, { ...call, provesAbsence: true }))
  const own = stored.filter((one) => precedence.owns?.(one, existing.traces) !== false)
  const ownIds = new Set(own.map(({ id }) => id))
  return links.filter(({ id }) => ownIds.has(id))
}

/** A link that a store refused. */
export interface RefusedLink {
  readonly link: PlacedLink
  readonly reason: string
}

/**
 * Adds the missing references of one tenant; with `look` false the first attempt treats all as missing. Returns those
 * that were refused for good.
 */
export async function linkMissing(
  { collection, retry }: Pick<RestoreRun, 'collection' | 'retry'>,
  links: readonly PlacedLink[],
  { look, ...call }: CallOptions & { readonly look: boolean },
): Promise<RefusedLink[]> {
  // A call that failed may have added some of them: check before linking again.
  let looks = look
  return retry(async () => {
    const due = looks ? await missing(collection, links, call) : links
    looks = true
    return refusals(due, await collection.link(due, call))
  })
}

function refusals(links: readonly PlacedLink[], outcomes: readonly WriteOutcome[]): RefusedLink[] {
  return links.flatMap((link, at) => {
    const { ok, reason = 'refused without a reason' } = outcomes[at]!
    return ok ? [] : [{ link, reason }]
  })
}

/** The links that do not exist yet: each reference as often as it is missing, in order. */
async function missing(
  collection: Collection,
  links: readonly PlacedLink[],
  call: CallOptions,
): Promise<PlacedLink[]> {
  const ids = [...new Set(links.map(({ id }) => id))]
  const projection = { properties: [], vectors: false, references: true }
  const objects = await collection.readMany(ids, projection, call)
  const there = new Map(objects.map(({ id, properties }) => [id, properties]))
  return links.flatMap((link) => {
    const beacons = without(link.beacons, beaconsOf(there.get(link.id)?.[link.property]))
    return beacons.length === 0 ? [] : [{ ...link, beacons }]
  })
}

function beaconsOf(value: Json | undefined): string[] {
  const list = Array.isArray(value) ? value : []
  return list.map((one) => String((one as { beacon?: unknown } | null)?.beacon))
}

function without(wanted: Link['beacons'], there: readonly string[]): string[] {
  const left = [...there]
  return wanted.filter((beacon) => {
    const at = left.indexOf(beacon)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
