// What the acceptance tests of archives share: a store of things, and what the command says of an archive.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import type { BackupReport } from '../../../lib/job/backup/report.ts'
import type { RestoreReport } from '../../../lib/job/restore/report.ts'
import type { VerifyReport } from '../../../lib/job/verify/report.ts'
import { openStore } from '../../../lib/store/open.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import type { Ended, Home } from '../../bin/elysiactl.ts'
import { THING, thing } from '../../job/backup/archived.ts'

/** Writes a class and objects into a store, things unless told. */
export async function fill(
  target: string,
  count: number,
  schema: CollectionSchema = THING,
  make: (n: number, of: number) => StoredObject = thing,
): Promise<void> {
  const store = await openStore(parseTarget(target))
  await store.create(schema)
  for (let at = 0; at < count; at += 1000) {
    const objects = Array.from({ length: Math.min(1000, count - at) }, (_, n) => make(at + n, count))
    await store.collection(schema.class).write(objects)
  }
  await store.close()
}

/** The embedded store of a home, by an address that holds wherever it is used. */
export function embedded({ directory }: Home, name = 'own.db'): string {
  return `sqlite:${join(directory, name)}`
}

/** What a command with --json has told on stdout. */
export function report<T extends object = BackupReport>({ code, stdout, stderr }: Ended): T {
  if (stdout === '') throw new Error(`exit ${code} without a report: ${stderr}`)
  return JSON.parse(stdout) as T
}

export function restoreReport(ended: Ended): RestoreReport {
  return report<{ readonly restores: readonly [RestoreReport] }>(ended).restores[0]
}

export function verifyReport(ended: Ended): VerifyReport {
  return report<{ readonly verifications: readonly [VerifyReport] }>(ended).verifications[0]
}

/** The lines of `col cat`, which are the objects in order of id. */
export async function cat(place: Home, name: string, target: string): Promise<string[]> {
  const { code, stdout, stderr } = await place.run(['col', 'cat', name, '--target', target])
  if (code !== 0) throw new Error(`col cat: exit ${code}: ${stderr}`)
  return stdout.split('\n').filter((line) => line !== '')
}

/** The records of the catalog. */
export async function listed(place: Home, ...flags: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await place.run(['col', 'catalog', 'list', '--json', ...flags])
  if (code !== 0) throw new Error(`col catalog list: exit ${code}: ${stderr}`)
  return (JSON.parse(stdout) as { archives: Record<string, unknown>[] }).archives
}

/** Resolves when a backup into a directory has made so many parts durable, and is not at its end. */
export async function partsIn(directory: string, count: number): Promise<void> {
  const journal = join(directory, 'parts.jsonl')
  for (;;) {
    if (existsSync(join(directory, 'manifest.json'))) throw new Error('the backup is complete already')
    const lines = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 2 : 0
    if (lines >= count) return
    await setTimeout(10)
  }
}

/** Resolves when something of that name is there. */
export async function appears(directory: string, name: RegExp): Promise<void> {
  while (!existsSync(directory) || !readdirSync(directory).some((one) => name.test(one))) await setTimeout(10)
}
