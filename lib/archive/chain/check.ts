import type { Archive } from '../archive.ts'
import type { IndexPart, Manifest, Part } from '../manifest.ts'
import { checkPart, fileFault } from '../part/check.ts'
import { type Chain, isIncrement, linkDamage } from './chain.ts'

/** A file that a chain is read from, and the link it belongs to. */
export interface LinkFile {
  readonly link: Archive
  readonly file: Part | IndexPart
}

/** The files that hold the objects of a chain: the parts of each link, and the index of each increment. */
export function* filesOf({ links }: Chain): Generator<LinkFile> {
  for (const link of links) for (const file of filesIn(link.manifest)) yield { link, file }
}

function filesIn(manifest: Manifest): readonly (Part | IndexPart)[] {
  const { parts, index = [] } = manifest
  return isIncrement(manifest) ? [...parts, ...index] : parts
}

/**
 * Reads a stored file of a chain and checks its hash.
 * @throws ElysiaError ELYSIA_DAMAGED, naming the link and the file, if the file does not match its manifest
 */
export async function checkFile(chain: Chain, one: LinkFile, signal?: AbortSignal): Promise<void> {
  if (chain.links.length === 1) return checkPart(one.link.storage, one.file, signal)
  return checkLink(chain, one, signal)
}

/**
 * Checks the index of each link, which an increment compares with. @throws ElysiaError ELYSIA_DAMAGED, as `checkFile`
 */
export async function checkIndexes(chain: Chain, signal?: AbortSignal): Promise<void> {
  for (const link of chain.links)
    for (const file of link.manifest.index ?? []) await checkLink(chain, { link, file }, signal)
}

async function checkLink({ newest }: Chain, { link, file }: LinkFile, signal?: AbortSignal): Promise<void> {
  const fault = await fileFault(link.storage, file, signal)
  if (fault !== undefined) throw linkDamage(newest, link.manifest.id, new Error(`${file.file} ${fault}`))
}
