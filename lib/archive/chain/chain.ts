import { ElysiaError } from '../../core/errors.ts'
import type { Archive } from '../archive.ts'
import type { IndexPart, Manifest, Part } from '../manifest.ts'
import { differenceOfDigests, sumOfDigests } from '../object/digest.ts'

/** An archive and all its bases, oldest first: a full archive, then increments. */
export interface Chain {
  readonly links: readonly Archive[]
  /** The last link: the archive itself. */
  readonly newest: Archive
}

/** Finds an archive by its id; undefined if there is no such archive. */
export type FindArchive = (id: string) => Promise<Archive | undefined>

/** A set of objects. */
export interface ObjectSetState {
  readonly objects: number
  /** @see ObjectsDigest */
  readonly digest: string
}

/** Maximum number of links in a chain: a reader holds the manifest of every link, and keeps one file of each open. */
export const MOST_LINKS = 1000

/** True for an archive that holds only its differences from its base. */
export function isIncrement({ kind }: Pick<Manifest, 'kind'>): boolean {
  return kind === 'incremental'
}

/**
 * Opens an archive together with the archives it is based on; a full archive has none.
 * @throws ElysiaError ELYSIA_DAMAGED if a base is missing, or is not the one that the increment was made from
 */
export async function openChain(newest: Archive, find: FindArchive): Promise<Chain> {
  const links = [newest]
  for (let [first] = links; isIncrement(first!.manifest); first = links[0]) {
    const { id, parent } = first!.manifest
    const base = await baseOf(first!.manifest, find, newest)
    if (links.some(({ manifest }) => manifest.id === parent)) throw damaged(id, 'is its own base')
    if (links.length === MOST_LINKS) throw damaged(id, `has more than ${MOST_LINKS} bases`)
    requireFits(first!.manifest, base.manifest)
    links.unshift(base)
  }
  requireStates(links)
  return { links, newest }
}

async function baseOf({ id, parent = '' }: Manifest, find: FindArchive, newest: Archive): Promise<Archive> {
  const base = await find(parent).catch((error) => {
    if (!(error instanceof ElysiaError) || error.code !== 'ELYSIA_DAMAGED') throw error
    throw linkDamage(newest, parent, error)
  })
  if (base !== undefined) return base
  throw new ElysiaError('ELYSIA_DAMAGED', `${id} is an increment of ${parent}, which is not there`, {
    hint: 'an increment needs all its bases: put it back beside the others, or restore an earlier archive',
  })
}

/** @throws ElysiaError ELYSIA_DAMAGED if an archive cannot be the base of this increment */
function requireFits({ id, collection }: Manifest, base: Manifest): void {
  if (base.collection !== collection || base.content !== 'full')
    throw damaged(id, `is not an increment of ${base.id}, which holds something else`)
}

/** A damaged link of a chain. */
export class LinkDamage extends ElysiaError {
  /** The id of the damaged archive. */
  readonly link: string
  /** True if the damaged archive is a base of the archive being read. */
  readonly isBase: boolean

  constructor({ manifest }: Archive, link: string, cause: unknown) {
    const fact = cause instanceof Error ? cause.message : String(cause)
    const of = link === manifest.id ? link : `${link}, a base of ${manifest.id}`
    super('ELYSIA_DAMAGED', `${of}: ${fact}`, {
      cause,
      hint: 'every increment after it needs it; the archives before it can be restored',
    })
    this.link = link
    this.isBase = link !== manifest.id
  }
}

/** Names the damaged link in the error, for a person who restores or verifies the newest archive. */
export function linkDamage(newest: Archive, link: string, cause: unknown): LinkDamage {
  return new LinkDamage(newest, link, cause)
}

/**
 * The links that hold data of a tenant, or of a collection without tenants: those after the last link without it. A
 * tenant that was removed and created again starts over.
 */
export function linksOf({ links }: Chain, tenant: string | undefined): readonly Archive[] {
  const without = links.findLastIndex(
    ({ manifest: { tenants } }) => tenants?.some(({ name }) => name === tenant) === false,
  )
  return links.slice(without + 1)
}

/** What a chain holds: in total, and by tenant. */
export interface ChainState {
  readonly all: ObjectSetState
  of(tenant: string | undefined): ObjectSetState
}

/** What a chain holds, according to its manifests. */
export function chainState({ links }: Chain): ChainState {
  let states = new Map<string | undefined, ObjectSetState>()
  for (const { manifest } of links) states = after(states, manifest)
  return { all: sumOf([...states.values()]), of: (tenant) => states.get(tenant) ?? NOTHING }
}

/** The state after an archive: by tenant, or for the whole collection. */
function after(
  before: ReadonlyMap<string | undefined, ObjectSetState>,
  { parts, index, tenants, ranges, kind }: Manifest,
): Map<string | undefined, ObjectSetState> {
  const tenantOf = ({ range }: Part | IndexPart) => ranges[range]?.tenant
  const [own, ownIndex] = [Map.groupBy(parts, tenantOf), Map.groupBy(index ?? [], tenantOf)]
  const names = tenants === undefined ? [undefined] : tenants.map(({ name }) => name)
  return new Map(
    names.map((name) => {
      const change = { parts: own.get(name) ?? [], index: ownIndex.get(name) ?? [] }
      return [name, stateAfter(before.get(name), change, kind === 'incremental')]
    }),
  )
}

/**
 * The state after an archive, calculated from its files, or from the files finished so far of an archive in progress.
 */
export function stateAfter(
  before: ObjectSetState = NOTHING,
  { parts, index }: { readonly parts: readonly ObjectSetState[]; readonly index: readonly IndexPart[] },
  isChange: boolean,
): ObjectSetState {
  if (!isChange) return sumOf(parts)
  const added = sumOf(index.map(({ entries, removed, digest }) => ({ objects: entries - removed, digest })))
  const gone = sumOf(index.flatMap(({ replaced }) => replaced ?? []))
  return {
    objects: before.objects + added.objects - gone.objects,
    digest: differenceOfDigests(sumOfDigests([before.digest, added.digest]), gone.digest),
  }
}

const NOTHING: ObjectSetState = { objects: 0, digest: sumOfDigests([]) }

function sumOf(states: readonly ObjectSetState[]): ObjectSetState {
  return {
    objects: states.reduce((sum, { objects }) => sum + objects, 0),
    digest: sumOfDigests(states.map(({ digest }) => digest)),
  }
}

/** Each increment has to follow from its base: another base with the same id would not lead to its state. */
function requireStates(links: readonly Archive[]): void {
  let states = new Map<string | undefined, ObjectSetState>()
  for (const { manifest } of links) {
    states = after(states, manifest)
    if (manifest.state === undefined) continue
    const { objects, digest } = sumOf([...states.values()])
    if (objects === manifest.state.objects && digest === manifest.state.digest) continue
    throw damaged(manifest.id, `does not follow from its base ${manifest.parent}, which is another one`)
  }
}

function damaged(id: string, fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `${id} ${fact}`)
}
