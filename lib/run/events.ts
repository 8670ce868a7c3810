import type { Retry } from '../async/retry.ts'

/** Something a person should hear of while a job runs; `code` is for programs. */
export interface Notice {
  readonly code: NoticeCode
  readonly message: string
}

export type NoticeCode =
  | 'would_create'
  | 'created'
  | 'property_added'
  | 'continued'
  | 'started_over'
  | 'waiting'
  | 'tenant_created'
  | 'stopping'
  | 'tenants_activated'
  | 'no_vectors'
  | 'invalid_vectors'
  | 'written_meanwhile'
  | 'expiring'
  | 'alias'
  | 'manifest_copy'
  | 'undone'
  | 'compression'
  | 'catalog'
  | 'schema_patched'
  | 'schema_differs'
  | 'reference_target_missing'
  | 'property_left_out'
  | 'alias_taken'
  | 'aliases_left_out'
  | 'tenant_state_kept'
  | 'node_unhealthy'
  | 'part_damaged'
  | 'indexing'
  | 'schema_derived'
  | 'number_rounded'
  | 'document'
  | 'file_taken'
  | 'trailing_bytes'
  | 'line_cut'
  | 'file_failed'
  | 'file_passed_over'

export type Notify = (code: NoticeCode, message: string) => void

/** A function that passes notices on, if anybody listens. */
export function notifier(onNotice: ((notice: Notice) => void) | undefined): Notify {
  return (code, message) => onNotice?.({ code, message })
}

/** What a person hears of a wait for a store that is away. */
export function waitText({ error, attempt, waitMs }: Retry): string {
  return `${error.message}; tries again in ${(waitMs / 1000).toFixed(1)} s (attempt ${attempt})`
}
