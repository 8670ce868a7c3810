import type { Archive } from '../archive.ts'
import type { IndexPart, Manifest, Part } from '../manifest.ts'
import { checkPart, fileFault } from '../part/check.ts'
import { type Chain, isIncrement, spoiled } from './chain.ts'

/** A file that a chain is read from, and the link that it is of. */
export interface LinkFile {
  readonly link: Archive
  readonly file: Part | IndexPart
}

/** The files that the objects of a chain are read from: the parts of each link, of increments the index as well. */
export function* filesOf({ links }: Chain): Generator<LinkFile> {
  for (const link of links) for (const file of filesIn(link.manifest)) yield { link, file }
}

function filesIn(manifest: Manifest): readonly (Part | IndexPart)[] {
  const { parts, index = [] } = manifest
  return isIncrement(manifest) ? [...parts, ...index] : parts
}

/** @throws ElysiaError ELYSIA_DAMAGED, naming the link and the file, where it is not stored as its manifest says */
export async function checkFile(
  { newest, links }: Chain,
  { link, file }: LinkFile,
  signal?: AbortSignal,
): Promise<void> {
  if (links.length === 1) return checkPart(link.storage, file, signal)
  const fault = await fileFault(link.storage, file, signal)
  if (fault !== undefined) throw spoiled(newest, link.manifest.id, new Error(`${file.file} ${fault}`))
}
