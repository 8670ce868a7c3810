import { type Chain, chainState, MOST_LINKS, openChain } from '../../../archive/chain/chain.ts'
import type { UnfinishedBackup } from '../../../archive/journal.ts'
import type { Manifest, Plan } from '../../../archive/manifest.ts'
import { contentText } from '../../../archive/selection.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import { pluralize } from '../../../core/units.ts'
import type { BackupContext } from '../job.ts'
import type { BackupOptions } from '../options.ts'
import { shareOf } from '../options.ts'
import type { CollectionInfo } from '../plan.ts'
import { changesText, sameTenants } from '../resumeChecks.ts'
import { incompleteArchive } from '../scan/completeness.ts'

/**
 * The base of an increment: the given one; when resuming, the base that it began with. Undefined for a full archive.
 * @throws ElysiaError ELYSIA_CONFLICT if the base is of something else, ELYSIA_DAMAGED if it is missing
 */
export async function baseOf(
  { base, findArchive }: BackupContext,
  unfinished: UnfinishedBackup | undefined,
  subject: CollectionInfo,
  options: BackupOptions,
): Promise<Chain | undefined> {
  if (unfinished === undefined) {
    if (base !== undefined) requireSameContent(base.newest.manifest, subject, options)
    if (base?.links.length === MOST_LINKS)
      throw conflict(`${base.newest.manifest.id} has ${MOST_LINKS - 1} bases, and none may have more`)
    return base
  }
  const { kind, parent = '', id } = unfinished.plan
  if (kind !== 'incremental') return undefined
  if (base?.newest.manifest.id === parent) return base
  const parentArchive = await findArchive?.(parent)
  if (parentArchive !== undefined) return openChain(parentArchive, findArchive!)
  throw new ElysiaError('ELYSIA_DAMAGED', `${id} is an increment of ${parent}, which is not there`, {
    hint: 'start over, with another --to',
  })
}

/** @throws ElysiaError ELYSIA_CONFLICT if an increment of this base would select other content than the base */
function requireSameContent(
  base: Manifest,
  { selection, transforms: { schema, declared } }: CollectionInfo,
  options: BackupOptions,
): void {
  if (base.collection !== schema.class || base.content !== 'full')
    throw conflict(`${base.id} is not a full archive of ${schema.class}`)
  const [before, now] = [base, { selection: selection?.declared, transforms: declared }].map(contentText)
  if (before !== now) throw conflict(`${base.id} holds ${before || 'all objects'}, not ${now || 'all'}`)
  const changes = changesText(base.schema as unknown as CollectionSchema, schema)
  if (changes !== '') throw conflict(`the schema of ${schema.class} has changed since ${base.id}${changes}`)
  const other = SELECTING.filter(([, isSame]) => !isSame(base, options)).map(([flag]) => flag)
  if (other.length > 0) throw conflict(`${base.id} was made with another ${other.join(', ')}`)
}

/** The options that decide which objects an archive holds, and which of their fields. */
const SELECTING: readonly (readonly [
  flag: string,
  isSame: (base: Manifest, options: BackupOptions) => boolean,
])[] = [
  ['--no-vectors', ({ encoding }, { vectors }) => (encoding.vectors !== 'none') === vectors],
  ['--tenant', sameTenants],
  ['--schema-only', (_, { schemaOnly }) => !schemaOnly],
]

function conflict(fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', `${fact}: there can be no increment of it`, {
    hint: '--full makes a full archive, and later increments are made of that one',
  })
}

/**
 * Checks before the scan, by the counts, that the collection has not shrunk too much.
 * @throws ElysiaError ELYSIA_INCOMPLETE if too many objects are gone
 */
export function requireEnough(base: Chain, { counts, collection }: Plan, options: BackupOptions): void {
  const before = chainState(base).all.objects
  requireShare(before, before - counts.before, counts.before, collection, options)
}

/**
 * Checks after the scan that not too many objects of the base are gone.
 * @throws ElysiaError ELYSIA_INCOMPLETE if too many objects are gone
 */
export function requireFewVanished(
  base: Chain,
  { index = [], state, collection, tenants = [] }: Manifest,
  options: BackupOptions,
): void {
  const before = chainState(base)
  const removed = index.reduce((sum, part) => sum + part.removed, 0)
  // Objects of removed tenants appear in no index.
  const names = new Set(tenants.map(({ name }) => name))
  const gone = (base.newest.manifest.tenants ?? []).filter(({ name }) => !names.has(name))
  const withTenants = gone.reduce((sum, { name }) => sum + before.of(name).objects, 0)
  requireShare(before.all.objects, removed + withTenants, state?.objects ?? 0, collection, options)
}

function requireShare(
  before: number,
  vanished: number,
  now: number,
  collection: string,
  { maxVanished, allowShrink }: BackupOptions,
): void {
  if (allowShrink || vanished <= 0) return
  const isEmpty = now === 0
  if (!isEmpty && vanished <= shareOf(maxVanished) * before) return
  const fact = isEmpty
    ? `${collection} is empty, and the base has ${pluralize(before, 'object')}`
    : `${vanished} of ${pluralize(before, 'object')} of ${collection} are gone since the base, more than ${maxVanished}`
  throw incompleteArchive(
    fact,
    '--allow-shrink makes the increment anyway; earlier archives stay as they are',
  )
}
