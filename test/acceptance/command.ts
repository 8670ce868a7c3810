import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoredObject } from '../../lib/core/object.ts'
import type { Report } from '../../lib/core/report.ts'
import type { Ended, Home } from '../bin/elysiactl.ts'

/** Into which collection; its class is SourceCode. */
export const INTO = ['--collection', 'source-code']

/** A run of the real command that has ended, with what it reported and refused. */
export interface Processed extends Ended {
  readonly report: Report
  readonly rejects: readonly Rejected[]
}

/** A line of the rejects file. */
export interface Rejected {
  readonly line: number
  readonly code: string
  readonly reason: string
  readonly record?: string
}

/** Lines as they stand in a file: text as it is, records as JSON. */
export function lines(...items: readonly (string | object)[]): string {
  return items.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('')
}

/** A record of the repository A. */
export function change(op: string, path: string, more: object = {}): object {
  return { repo: 'A', op, path, ...more }
}

/** Runs `index process-jsonl` over these bytes, as the same file each time. */
export async function processed(
  place: Home,
  input: string | Buffer,
  flags: readonly string[] = [],
  name = 'changes.jsonl',
): Promise<Processed> {
  writeFileSync(join(place.directory, name), input)
  const rejects = ['--rejects', 'rejects.jsonl']
  return told(
    place,
    await place.run(['index', 'process-jsonl', name, ...INTO, '--json', ...rejects, ...flags]),
  )
}

/** What a run with --json and `--rejects rejects.jsonl` has told. */
export function told(place: Home, ended: Ended): Processed {
  if (ended.stdout === '') throw new Error(`exit ${ended.code} without a report: ${ended.stderr}`)
  const report = JSON.parse(ended.stdout) as Report
  const refused = Object.keys(report.rejected).length > 0
  return { ...ended, report, rejects: refused ? rejectsIn(join(place.directory, 'rejects.jsonl')) : [] }
}

export function rejectsIn(path: string): Rejected[] {
  return jsonLines(readFileSync(path, 'utf8')) as Rejected[]
}

/** What the collection holds, by `repository:path`, as `col cat` prints it. */
export async function stored(place: Home, flags: readonly string[] = []): Promise<Map<string, StoredObject>> {
  const { code, stdout, stderr } = await place.run(['col', 'cat', 'SourceCode', ...flags])
  if (code !== 0) throw new Error(`col cat: exit ${code}: ${stderr}`)
  const objects = jsonLines(stdout) as StoredObject[]
  return new Map(
    objects.map((object) => [`${object.properties.repository}:${object.properties.file_path}`, object]),
  )
}

/** The content of each path. */
export async function contents(place: Home, flags: readonly string[] = []): Promise<Record<string, unknown>> {
  const objects = await stored(place, flags)
  return Object.fromEntries([...objects].map(([path, { properties }]) => [path, properties.content]))
}

/** The counts of a report, without what differs from run to run. */
export function countsOf(report: Report): Partial<Report> {
  const { lines: all, blank, records, written, deleted, unchanged, superseded, skipped, rejected } = report
  const { control, bytes, commits } = report
  return {
    lines: all,
    blank,
    records,
    written,
    deleted,
    unchanged,
    superseded,
    skipped,
    rejected,
    control,
    bytes,
    commits,
  }
}

function jsonLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}
