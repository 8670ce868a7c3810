// Archives as somebody would make them who means harm: sealed as they should be, with contents that should not be.
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Manifest, Part } from '../../lib/archive/manifest.ts'
import { manifestText, sha256Of } from '../../lib/archive/manifestFile.ts'
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { backup } from '../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../lib/job/backup/options.ts'
import { things } from '../job/backup/archived.ts'
import { oneFile } from '../run/oneFile.ts'

/** A sound archive of a few things, to be made unsound. */
export async function sound(directory: string, options: BackupOptionsInput = {}): Promise<Manifest> {
  const input = { compression: 'none', workers: 1, ...options }
  const { manifest } = await backup(await things(5), 'Thing', directoryStorage(directory), input)
  return manifest
}

/** Seals a manifest again after a change, in both of its places. */
export function reseal(directory: string, manifest: Manifest): void {
  const sum = (key: 'objects' | 'vectors' | 'bytes' | 'raw_bytes') =>
    manifest.parts.reduce((total, part) => total + part[key], 0)
  const totals = {
    ...manifest.totals,
    objects: sum('objects'),
    vectors: sum('vectors'),
    bytes: sum('bytes'),
    raw_bytes: sum('raw_bytes'),
  }
  const counts = { ...manifest.counts, written: totals.objects }
  for (const name of ['manifest.json', 'manifest.copy.json'])
    put(join(directory, name), manifestText({ ...manifest, totals, counts }))
}

/** The only part is another file from now on, and the manifest says so; `told` is what it says otherwise. */
export function replacePart(
  directory: string,
  manifest: Manifest,
  bytes: Buffer,
  told: Partial<Part> = {},
): void {
  const [part] = manifest.parts
  put(join(directory, part!.file), bytes)
  const own = { bytes: bytes.length, sha256: sha256Of(bytes) }
  reseal(directory, { ...manifest, parts: [{ ...part!, ...own, ...told }] })
}

/** A file in the place of another, which may be read-only. */
export function put(path: string, bytes: string | Buffer): void {
  rmSync(path, { force: true })
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  chmodSync(path, 0o400)
}

export function partBytes(directory: string, { parts }: Manifest): Buffer {
  return readFileSync(join(directory, parts[0]!.file))
}

/** How reading an archive ended in a process of its own. */
export interface Outcome {
  readonly code: string | undefined
  readonly message: string
  readonly rss: number
  readonly polluted: boolean
}

const CHILD = oneFile(new URL('./forgedChild.ts', import.meta.url))

/** An archive, and how it is read. */
export type Reading = readonly [how: 'verify' | 'restore', path: string]

/**
 * Reads archives one after another in a process of its own, which is to end by itself. The memory of each is the most
 * that the process had taken until then.
 */
export async function readApart(readings: readonly Reading[]): Promise<Outcome[]> {
  const child = spawn(process.execPath, ['--max-old-space-size=400', CHILD, ...readings.flat()])
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)))
  const [said, errors, end] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (end !== 0) throw new Error(`it ended with ${end}: ${errors.slice(0, 2000)}`)
  const outcomes = said.trimEnd().split('\n')
  if (outcomes.length !== readings.length) throw new Error(`it read ${outcomes.length} of ${readings.length}`)
  return outcomes.map((line) => JSON.parse(line) as Outcome)
}
