import { hash } from 'node:crypto'
import type { Trace } from '../../../archive/undo/undo.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { DeclaredTransform } from '../../../transform/pipeline.ts'
import type { RestoreOptionsInput } from '../options.ts'

/** What a plan does to one object. */
export const CHANGES = ['create', 'overwrite', 'merge', 'delete'] as const
export type Change = (typeof CHANGES)[number]

/** The options of a restore that decide what is written; the others say how, and are given when a plan is applied. */
export const PLANNED_OPTIONS = [
  ...[
    'name',
    'collection',
    'onConflict',
    'onlyChanged',
    'prefer',
    'vectors',
    'maxDelete',
    'tenant',
    'onNewProperty',
    'vectorizerSettings',
    'revectorize',
    'vectorMap',
    'indexType',
    'quantizer',
    'migrate',
  ],
  ...['shape', 'idFrom', 'vectorFrom', 'propertiesFrom', 'timezone'],
  ...['filter', 'objects', 'properties', 'schema', 'replication', 'vectorizer', 'missingReferences'],
] as const

/** The first line of a plan: what it was made of, and for what. */
export interface PlanHeader {
  readonly format: 1
  readonly kind: 'plan'
  readonly made_at: string
  /** The archive as it was named, its id, and what it is recognised by. */
  readonly source: string
  readonly archive: string
  readonly identity: string
  readonly collection: string
  readonly class: string
  readonly target: string
  readonly strategy: string
  /** What the class is recognised by; null where it is to be made. */
  readonly shape: string | null
  readonly options: RestoreOptionsInput
  /** What becomes of objects before they are written; absent where they stay as they are. */
  readonly transforms?: readonly DeclaredTransform[]
}

/** A line of a plan: one object that changes. */
export interface PlanEntry {
  readonly id: string
  readonly tenant?: string
  readonly do: Change
  /** What is there when the plan is made; absent where there is nothing. @see markOf */
  readonly was?: string
  /** What will be there; absent where it is deleted. */
  readonly becomes?: string
}

/** How many objects a plan changes, and how many it leaves. */
export interface PlanCounts {
  readonly create: number
  readonly overwrite: number
  readonly merge: number
  readonly delete: number
  /** As they should be already. */
  readonly unchanged: number
  /** Left alone by the strategy. */
  readonly skipped: number
  /** Not selected. */
  readonly filtered: number
  /** Lines that are no objects, and ids that came before. */
  readonly rejected: number
}

/** A plan that was written, and what it would do. */
export interface PlannedFacts extends PlanCounts {
  readonly file: string
}

/** The last line: a plan without it was cut. */
export interface PlanEnd {
  readonly end: true
  readonly counts: PlanCounts
  /** Of all lines before it, with their LF. */
  readonly sha256: string
}

/** Of a SHA-256 in base64. */
const DIGEST_LENGTH = 44

/**
 * What an object is recognised by in a plan: the SHA-256 in base64 of what is stored, and behind a point one of its references, where it
 * has some. Times do not count, nor does the order of references.
 */
export function markOf({ digest, links = {} }: Trace): string {
  const named = Object.entries(links)
    .filter(([, beacons]) => beacons.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, beacons]) => [name, [...beacons].sort()])
  return named.length === 0 ? digest : `${digest}.${hash('sha256', JSON.stringify(named), 'base64')}`
}

/** Without its references, which are linked after all objects are written. */
export function coreOf(mark: string): string {
  return mark.slice(0, DIGEST_LENGTH)
}

/** @throws always: ELYSIA_DAMAGED, with the line where it has one */
export function planDamaged(path: string, fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `the plan ${path} ${fact}`, {
    ...(cause !== undefined && { cause }),
    hint: 'nothing was written; a plan is applied as it was made: make it anew with `elysiactl col restore … --plan FILE`',
  })
}
