import { Transform } from 'node:stream'
import type { Entry, Item } from '../core/entry.ts'
import { ElysiaError } from '../core/errors.ts'
import type { Delete, Operation } from '../core/operation.ts'
import { makeReject, Reject } from '../core/reject.ts'
import type { Stage } from '../core/stage.ts'
import { RECORD_STAGE } from '../stream/recordStage.ts'
import { type Content, type ContentOptions, contentResolver } from './content.ts'
import { actionOf, type RecordAction, type RecordRefusal } from './effect/action.ts'
import { fileId } from './identity.ts'
import { fileObject } from './layout.ts'
import type { ChangesetRecord, FileChange } from './record.ts'
import { tenantOf } from './tenant.ts'
import { type FileUpdate, moveObject, updateObject } from './update.ts'
import type { ValidLine } from './validate.ts'
import { vectorsOf } from './vectors.ts'

/** Where content comes from, and which tenant objects belong to. */
export interface OperationsOptions extends ContentOptions {
  /** The tenant that all objects belong to. */
  readonly tenant?: string
  /** Makes each repository a tenant; not together with `tenant`. */
  readonly tenantBy?: 'repo'
}

/** The result for a record: the parts that an entry has besides its line, or a reject. */
type Step = Pick<Entry, 'operation' | 'skipped' | 'heldBytes'>

const NO_CONTENT: Content = { kind: 'none' }

/** A record, its content, and its tenant. */
interface Task {
  readonly record: FileChange
  readonly tenant: string | undefined
}

/**
 * A stage: turns valid records into operations on a store. Rejects pass, and a record whose content is missing or
 * cannot be read becomes one. Pure, except that it reads files for `content_ref`, in order, one at a time. One record
 * a chunk. Memory: two records with their contents.
 * @throws ElysiaError ELYSIA_USAGE if the content root is not a directory or both tenant options are given
 * @see docs/format.md, "Operations"
 */
export function operations(options: OperationsOptions = {}): Stage<ValidLine | Reject, Item> {
  const itemOf = itemMaker(options)
  return new Transform({
    ...RECORD_STAGE,
    transform(item: ValidLine | Reject, _encoding, done) {
      done(null, itemOf(item))
    },
  })
}

/** The result of `operations` for one chunk. @throws ElysiaError as `operations` does */
export function itemMaker(options: OperationsOptions = {}): (item: ValidLine | Reject) => Item {
  const { tenant, tenantBy } = options
  if (tenant !== undefined && tenantBy !== undefined) {
    throw new ElysiaError('ELYSIA_USAGE', '--tenant and --tenant-by cannot be combined', {
      hint: 'leave one out: all objects belong to one tenant, or those of each repository to its own',
    })
  }
  const contentOf = contentResolver(options)
  const stepOf = (record: FileChange): Step | RecordRefusal =>
    step({ record, tenant: tenantBy === 'repo' ? tenantOf(record.repo) : tenant }, contentOf)
  return (item) => (item instanceof Reject ? item : entry(item, stepOf))
}

function entry(valid: ValidLine, stepOf: (record: FileChange) => Step | RecordRefusal): Entry | Reject {
  const { line, end, text, record } = valid
  if (isChangeset(record)) return { line, end, text, changeset: changesetOf(record) }
  const result = stepOf(record)
  return 'code' in result ? makeReject(valid, result.code, result.reason) : { line, end, text, ...result }
}

function isChangeset(record: FileChange | ChangesetRecord): record is ChangesetRecord {
  return record.new_changeset != null
}

function changesetOf(record: ChangesetRecord): NonNullable<Entry['changeset']> {
  return { repo: record.repo ?? undefined, commit: record.new_changeset.commit }
}

function step(task: Task, contentOf: (record: FileChange) => Content): Step | RecordRefusal {
  const { record } = task
  const content = record.op === 'delete' ? NO_CONTENT : contentOf(record)
  const action = actionOf(record, content)
  if ('code' in action) return action
  const text = content.kind === 'text' ? content.text : undefined
  const operation = operationOf(task, action, text)
  if (content.kind === 'skipped') return { operation, skipped: content.reason }
  return text === undefined ? { operation } : { operation, ...heldContent(record, text) }
}

function operationOf(task: Task, { kind, paths }: RecordAction, text: string | undefined): Operation {
  switch (kind) {
    case 'put':
      return put(task, text as string)
    case 'patch':
      return patch(task)
    case 'move':
      return move(task, text)
    default:
      return removal(task, paths)
  }
}

/** Counts content that is not part of the line in addition to it. */
function heldContent(record: FileChange, text: string): Step {
  return record.content == null ? { heldBytes: text.length } : {}
}

function removal({ record, tenant }: Task, paths: readonly string[]): Delete {
  return { kind: 'delete', ids: paths.map((path) => fileId(record.repo, path)), ...tenanted(tenant) }
}

function tenanted(tenant: string | undefined): { readonly tenant?: string } {
  return tenant === undefined ? {} : { tenant }
}

function fileUpdate({ record, tenant }: Task, path: string, text: string | undefined): FileUpdate {
  return {
    repo: record.repo,
    path,
    text,
    metadata: record.metadata ?? undefined,
    timestamp: record.timestamp ?? undefined,
    vectors: vectorsOf(record),
    tenant,
  }
}

function put(task: Task, text: string): Operation {
  const object = fileObject({ ...fileUpdate(task, task.record.path, text), text })
  return { kind: 'put', id: object.id, object, ...tenanted(task.tenant) }
}

function patch(task: Task): Operation {
  const { repo, path } = task.record
  const parts = fileUpdate(task, path, undefined)
  return {
    kind: 'patch',
    id: fileId(repo, path),
    revise: (stored) => updateObject(stored, parts),
    ...tenanted(task.tenant),
  }
}

function move(task: Task, text: string | undefined): Operation {
  const { repo, path, new_path } = task.record
  const target = new_path as string
  const parts = fileUpdate(task, target, text)
  return {
    kind: 'move',
    from: fileId(repo, path),
    to: fileId(repo, target),
    carry: (source, target) => moveObject(source, target, parts),
    ...tenanted(task.tenant),
  }
}
