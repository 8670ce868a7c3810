import { parseBounded } from '../../core/boundedJson.ts'
import { recordOf } from '../../core/value/record.ts'
import { ForeignInput } from '../../stream/foreignInput.ts'

/** Input that is not change records, recognized by its first line, and the command for it. */
interface ForeignFormat {
  readonly what: string
  readonly hint: string
}

const RESTORE = 'Objects and archives are restored: `elysiactl col restore FILE`.'
const REJECTS: ForeignFormat = {
  what: 'is a rejects file',
  hint: 'Feed its records in again: `elysiactl index process-jsonl FILE --from-rejects --collection NAME`.',
}
const RECORDS: ForeignFormat = {
  what: 'holds change records, and is not a rejects file',
  hint: 'Run the same command without --from-rejects.',
}
const RESTORE_REJECTS: ForeignFormat = { what: 'is the rejects file of a restore', hint: RESTORE }
const ARCHIVE: ForeignFormat = { what: 'is an archive', hint: RESTORE }
const MANIFEST: ForeignFormat = {
  what: 'is the manifest of an archive',
  hint: 'Give its directory: `elysiactl col restore DIR`.',
}
const DOCUMENT: ForeignFormat = { what: 'is a backup document', hint: RESTORE }
const OBJECTS: ForeignFormat = { what: 'holds objects, not change records', hint: RESTORE }
const CLASS: ForeignFormat = {
  what: 'is the JSON of a class',
  hint: 'It describes a collection to create: --schema FILE.',
}
const GIT: ForeignFormat = {
  what: 'is output of git, not change records',
  hint: 'A producer makes them: `elysiactl index sync --collection NAME --from-command -- node fixtures/git-producer.mjs DIR`.',
}

/** First lines of git log (complete, --oneline, --graph, --raw, --name-status), diff and format-patch. */
const GIT_LINE =
  /^(?:\* )?(?:commit [0-9a-f]{7,64}\b|[0-9a-f]{7,64} \S|diff --git |From [0-9a-f]{40,64} |:\d{6} \d{6} [0-9a-f]|[ACDMRT]\d{0,3}\t\S)/
/** Patterns for lines longer than the inspected bytes, and for JSON over several lines. */
const BEGINNINGS: readonly (readonly [RegExp, ForeignFormat])[] = [
  [/^\{"elysiactl_archive":/, ARCHIVE],
  [/^\{\s*"sha256"\s*:\s*"[0-9a-f]{64}"/, MANIFEST],
  [/^[[\s]*\{\s*"id"\s*:\s*"[0-9a-f-]{36}"\s*,\s*"properties"\s*:\s*\{/, OBJECTS],
  [/^\{\s*"id"\s*:\s*(?:null|"[0-9a-f-]{36}")\s*,\s*"reason"\s*:\s*"/, RESTORE_REJECTS],
  [
    /^\{\s*"(?:metadata|schema|objects|object_count)"\s*:(?=.*(?<!\\)"(?:schema|objects)"\s*:\s*[[{])/s,
    DOCUMENT,
  ],
]
const REJECT_BEGINNING = /^\{\s*"line"\s*:\s*\d+\s*,\s*"code"\s*:\s*"\w+"\s*,\s*"reason"\s*:\s*"/
const CHANGE_KEY = /(?<!\\)"(?:op|repo)"\s*:/

/**
 * The error for an input whose beginning (inspectBytes.ts) is not change records, or, with `fromRejects`, not a rejects
 * file; undefined if it is. A line that is merely bad gets its own reject.
 */
export function foreignLines(beginning: Buffer, fromRejects: boolean): ForeignInput | undefined {
  const text = beginning.toString()
  const isJson = text.startsWith('{') || text.startsWith('[')
  const format = isJson ? formatOfJson(text, fromRejects) : GIT_LINE.test(text) ? GIT : undefined
  return format && new ForeignInput('ELYSIA_INPUT', format.what, format.hint)
}

function formatOfJson(text: string, fromRejects: boolean): ForeignFormat | undefined {
  const value = parse(text)
  if (value === undefined) return formatOfBeginning(text, fromRejects)
  const { id, reason, properties, objects, manifest, class: name } = value
  if (isChange(value)) return fromRejects ? RECORDS : undefined
  if ('id' in value && 'part' in value && typeof reason === 'string') return RESTORE_REJECTS
  if (isReject(value)) return fromRejects ? undefined : REJECTS
  if ('elysiactl_archive' in value) return ARCHIVE
  if ('sha256' in value && typeof manifest === 'object') return MANIFEST
  if (Array.isArray(objects) && ('schema' in value || 'metadata' in value)) return DOCUMENT
  if (typeof name === 'string' && Array.isArray(properties)) return CLASS
  return typeof id === 'string' && typeof properties === 'object' ? OBJECTS : undefined
}

function formatOfBeginning(text: string, fromRejects: boolean): ForeignFormat | undefined {
  if (REJECT_BEGINNING.test(text)) return fromRejects ? undefined : REJECTS
  if (CHANGE_KEY.test(text)) return undefined
  return BEGINNINGS.find(([pattern]) => pattern.test(text))?.[1]
}

type Fields = Readonly<Record<string, unknown>>

function isChange(found: Fields): boolean {
  return ['op', 'repo', 'path', 'new_changeset'].some((name) => name in found)
}

function isReject({ code, reason, ...found }: Fields): boolean {
  const isKept = ['record', 'record_base64', 'record_sha256'].some((name) => name in found)
  return typeof code === 'string' && typeof reason === 'string' && isKept
}

function parse(text: string): Fields | undefined {
  try {
    return recordOf(parseBounded(text))
  } catch {
    return undefined
  }
}
