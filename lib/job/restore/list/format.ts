import { ElysiaError } from '../../../core/errors.ts'
import { pluralize } from '../../../core/units.ts'
import { archiveName, type RestoreSource, type SourcePart } from '../source/source.ts'

/**
 * The content of an archive as an editable list: the archive on the first line, then a line for each tenant, or for
 * each part if there are no tenants. Text after a # is for the reader.
 * @throws ElysiaError ELYSIA_USAGE for a source in one piece
 */
export function* listLines(source: RestoreSource): Generator<string> {
  requireParts(source)
  const { parts, tenants, schema } = source
  const objects = parts.reduce((sum, part) => sum + (part.objects ?? 0), 0)
  const holds = `${pluralize(objects, 'object')} of ${schema.class}`
  yield `# ${holds}. Take out the lines that are not wanted, or put # before them,`
  yield `# then: elysiactl col restore ${archiveName(source)} --use-list FILE`
  yield `archive ${archiveName(source)}`
  if (tenants === undefined) for (const part of parts) yield partLine(part)
  else yield* tenantLines(source)
}

function partLine({ name, objects = 0, covers }: SourcePart): string {
  const from = covers?.after === undefined ? 'the first id' : `behind ${covers.after}`
  const to = covers?.upTo === undefined ? 'to the last' : `up to ${covers.upTo}`
  return `part ${JSON.stringify(name)} # ${pluralize(objects, 'object')}, ${from} ${to}`
}

function* tenantLines({ parts, tenants = [] }: RestoreSource): Generator<string> {
  const counts = new Map<string | undefined, number>()
  for (const { tenant, objects = 0 } of parts) counts.set(tenant, (counts.get(tenant) ?? 0) + objects)
  for (const { name, state } of tenants) {
    yield `tenant ${JSON.stringify(name)} # ${pluralize(counts.get(name) ?? 0, 'object')}, ${state}`
  }
}

/**
 * Refuses a source that has no list of parts.
 * @throws ElysiaError ELYSIA_USAGE for anything but an archive in a directory
 */
export function requireParts({ kind, name, parts, tenants }: RestoreSource): void {
  const isWhole = tenants === undefined || parts.every(({ tenant }) => tenant !== undefined)
  if (kind === 'archive' && isWhole) return
  throw new ElysiaError('ELYSIA_USAGE', `${name} is a single piece, which has no list`, {
    hint: 'only an archive in a directory has a list; for anything else, select with --tenant, --filter and --objects',
  })
}
