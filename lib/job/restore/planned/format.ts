import { hash } from 'node:crypto'
import type { Trace } from '../../../archive/undo/undo.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { DeclaredTransform } from '../../../transform/pipeline.ts'
import type { RestoreOptionsInput } from '../options.ts'

/** What a plan does to one object. */
export const CHANGES = ['create', 'overwrite', 'merge', 'delete'] as const
/** What a plan does to one object. */
export type PlannedAction = (typeof CHANGES)[number]

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

/** The first line of a plan: what it was made from and for. */
export interface PlanHeader {
  readonly format: 1
  readonly kind: 'plan'
  readonly made_at: string
  /** The archive's name as given, its id and its identity. */
  readonly source: string
  readonly archive: string
  readonly identity: string
  readonly collection: string
  readonly class: string
  readonly target: string
  readonly strategy: string
  /** The fingerprint of the class; null if it must be made. */
  readonly shape: string | null
  readonly options: RestoreOptionsInput
  /** The transforms that objects go through; absent if there are none. */
  readonly transforms?: readonly DeclaredTransform[]
}

/** A line of a plan: one object that changes. */
export interface PlanEntry {
  readonly id: string
  readonly tenant?: string
  readonly do: PlannedAction
  /** The mark of the object when the plan is made; absent if there is none. @see stateDigest */
  readonly was?: string
  /** The mark that it will have; absent if it is deleted. */
  readonly becomes?: string
}

/** How many objects a plan changes, and how many it leaves. */
export interface PlanCounts {
  readonly create: number
  readonly overwrite: number
  readonly merge: number
  readonly delete: number
  /** Already as they should be. */
  readonly unchanged: number
  /** Left alone by the strategy. */
  readonly skipped: number
  /** Not selected. */
  readonly filtered: number
  /** Lines that are not objects, and repeated ids. */
  readonly rejected: number
}

/** A written plan, and what it would do. */
export interface PlannedFacts extends PlanCounts {
  readonly file: string
}

/** The last line: a plan without it is incomplete. */
export interface PlanEnd {
  readonly end: true
  readonly counts: PlanCounts
  /** The digest of all lines before it, with their LF. */
  readonly sha256: string
}

/** The length of a SHA-256 in base64. */
const DIGEST_LENGTH = 44

/**
 * Identifies the state of an object in a plan: the SHA-256 in base64 of what is stored, and after a dot that of its
 * references, if it has any. Times do not count, nor does the order of references.
 */
export function stateDigest({ digest, links = {} }: Trace): string {
  const named = Object.entries(links)
    .filter(([, beacons]) => beacons.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, beacons]) => [name, [...beacons].sort()])
  return named.length === 0 ? digest : `${digest}.${hash('sha256', JSON.stringify(named), 'base64')}`
}

/** The mark without references, which are linked after all objects are written. */
export function objectDigestOf(mark: string): string {
  return mark.slice(0, DIGEST_LENGTH)
}

/** The error (ELYSIA_DAMAGED) for a plan file that was changed, cut short or not written by this program. */
export function planDamaged(path: string, fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `the plan ${path} ${fact}`, {
    ...(cause !== undefined && { cause }),
    hint: 'nothing was written; a plan is applied only as it was made: make a new one with `elysiactl col restore … --plan FILE`',
  })
}
