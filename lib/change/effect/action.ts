import type { RejectCode } from '../../core/reject.ts'
import type { Content } from '../content.ts'
import type { FileChange } from '../record.ts'

/**
 * What a record does to the paths of its repository: `put` stores its content, `patch` changes the existing file,
 * `move` moves the file from the first path to the second, `remove` removes it, and so does `skip`, because the path
 * is not to be indexed. A `remove` without paths changes nothing.
 */
export interface RecordAction {
  readonly kind: 'put' | 'patch' | 'move' | 'remove' | 'skip'
  readonly paths: readonly string[]
}

/** Why a valid record does nothing. */
export interface RecordRefusal {
  readonly code: RejectCode
  readonly reason: string
}

/** What a valid record does with its content; for a deletion the content does not matter. */
export function actionOf(record: FileChange, content: Content): RecordAction | RecordRefusal {
  const { op, path, metadata } = record
  const target = op === 'rename' ? (record.new_path as string) : path
  if (op === 'delete') return { kind: 'remove', paths: [path] }
  if (content.kind === 'fault') return content.fault
  if (content.kind === 'skipped') return { kind: 'skip', paths: target === path ? [path] : [path, target] }
  if (target !== path) return { kind: 'move', paths: [path, target] }
  if (content.kind === 'text') return { kind: 'put', paths: [path] }
  if (op === 'rename' && metadata == null) return { kind: 'remove', paths: [] }
  if (op !== 'add' && metadata != null) return { kind: 'patch', paths: [path] }
  const lacks = op === 'add' ? 'content' : 'content and metadata'
  return { code: 'no_content', reason: `${op} of ${JSON.stringify(path)} without ${lacks}` }
}
