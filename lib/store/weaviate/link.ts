import type { JsonObject } from '../../core/object.ts'
import { isRecord } from '../../core/value/record.ts'
import { slices } from '../../core/value/slices.ts'
import type { CallOptions, Link, WriteOutcome } from '../store.ts'
import { refusedOutcome, wholeFailure } from './cluster/failure.ts'
import { boundedText, isMissing, isRefused, isTenantInactive } from './cluster/serverText.ts'
import type { Context } from './context.ts'
import { listIn, wrongAnswer } from './rest/answer.ts'
import { expectAnswer } from './rest/expect.ts'
import type { Layout } from './schema/layout.ts'

/** How many references one request contains: some 200 KB of JSON, applied in a fraction of a second. */
const REFERENCES_A_CALL = 1000

interface Reference {
  readonly index: number
  readonly from: string
  readonly to: string
}

/**
 * Appends references by REST, whose batch checks no targets outside of tenants; a thousand per request, one request at
 * a time, so that those of a property keep their order. A request is never repeated: its references would be added
 * twice.
 */
export async function appendReferences(
  context: Context,
  links: readonly Link[],
  call: CallOptions,
): Promise<WriteOutcome[]> {
  call.signal?.throwIfAborted()
  if (links.length === 0) return []
  const layout = await layoutFor(context, links, call)
  const tenant = await context.classes.tenantOf(layout, call)
  const outcomes: WriteOutcome[] = []
  const references: Reference[] = []
  links.forEach((one, index) => {
    const reason = layout.links.fault(one)
    outcomes[index] = reason === undefined ? { ok: true } : { ok: false, reason }
    if (reason === undefined) references.push(...referencesOf(context.name, one, index))
  })
  for (const some of slices(references, REFERENCES_A_CALL)) await send(context, tenant, some, outcomes, call)
  return outcomes
}

/** The layout; read again when a link has a property that it lacks. */
async function layoutFor(context: Context, links: readonly Link[], call: CallOptions): Promise<Layout> {
  const layout = await context.classes.layout(context.name, call)
  if (links.every(({ property }) => layout.references.has(property))) return layout
  context.classes.forget(context.name)
  return context.classes.layout(context.name, call)
}

function referencesOf(name: string, { id, property, beacons }: Link, index: number): Reference[] {
  const from = `weaviate://localhost/${name}/${id}/${property}`
  return beacons.map((to) => ({ index, from, to }))
}

async function send(
  context: Context,
  tenant: string,
  references: readonly Reference[],
  outcomes: WriteOutcome[],
  call: CallOptions,
): Promise<void> {
  const body = references.map(({ from, to }) => ({ from, to, ...(tenant === '' ? {} : { tenant }) }))
  const request = { method: 'POST', path: '/batch/references', body } as const
  const reply = await expectAnswer(context, request, `linking objects of ${context.name}`, call)
  const results = listIn(reply, context.target)
  if (results.length !== references.length) {
    const fact = `answers ${results.length} results to ${references.length} references of ${context.name}`
    throw wrongAnswer(context.target, fact)
  }
  references.forEach(({ index }, at) => {
    const reason = reasonOf(results[at]!)
    if (reason === undefined) return
    if (isMissing(reason) || isRefused(reason) || isTenantInactive(reason)) {
      throw wholeFailure(reason, context.target)
    }
    if (outcomes[index]!.ok) outcomes[index] = refusedOutcome(reason)
  })
}

/** Why a reference was not added; the server returns one result per reference, in order. */
function reasonOf({ result }: JsonObject): string | undefined {
  const { status, errors } = isRecord(result) ? result : {}
  if (status === 'SUCCESS') return undefined
  const list = isRecord(errors) && Array.isArray(errors.error) ? errors.error : []
  const reason = list.map((one) => (isRecord(one) ? String(one.message) : '')).join('; ')
  return reason === '' ? 'the server did not say that it was added' : boundedText(reason)
}
