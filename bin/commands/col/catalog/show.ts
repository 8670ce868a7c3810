import { archiveNamed, useCatalog } from '../../../cli/catalog.ts'
import type { Command, Context } from '../../../cli/command.ts'
import { ARCHIVE } from '../../../cli/operands.ts'
import { type Tables, tableOptions, tablesFor } from '../../../cli/tables.ts'
import { type ArchiveDetails, catalogOptions, loadCatalog, pluralize, roughSize } from '../../../library.ts'
import { detailsDocument } from '../../../view/archive.ts'
import { chainTable } from '../../../view/chainTable.ts'

/** `col catalog show`: everything that the catalog knows about one archive. */
export const command: Command = {
  summary: 'show one archive: what it holds, where it lies, how it was verified',
  operands: [ARCHIVE],
  examples: ['elysiactl col catalog show 20261125t1003', 'elysiactl col catalog show 20261125t1003 --json'],
  schemas: [tableOptions, catalogOptions],
  document: 'archive',
  exits: ['notFound'],
  docs: 'docs/archives.md',
  run,
}

async function run(context: Context): Promise<void> {
  const [id = ''] = context.operands
  const { descendantsOf, lineageOf } = await loadCatalog()
  const { archive, bases, fault, later } = await useCatalog(context, (catalog) => {
    const archive = archiveNamed(catalog, id)
    const later = descendantsOf(catalog, archive.id, archive.collection)
    return { archive, ...lineageOf(catalog, archive), later }
  })
  if (context.console.json) {
    const chain = [...bases, archive, ...later].map((link) => link.id)
    return context.console.document({ ...detailsDocument(archive), chain })
  }
  const tables = await tablesFor(context)
  await context.console.print([
    ...facts(archive, tables),
    ...chainTable({ bases, archive, later, fault }, tables),
    ...indexes(archive, tables),
    ...checks(archive, tables),
  ])
}

function facts(archive: ArchiveDetails, { time }: Tables): string[] {
  const lines = [...plainFacts(archive, time), ...manifestFacts(archive)].filter(([, value]) => value !== '')
  const width = Math.max(...lines.map(([name]) => name.length)) + 2
  return lines.map(([name, value]) => `${name.padEnd(width)}${value}`)
}

type Fact = readonly [name: string, value: string]

function plainFacts(archive: ArchiveDetails, time: Tables['time']): Fact[] {
  const { objects, vectors, bytes, raw_bytes, parts, tenants } = archive
  return [
    ['id', archive.id],
    ['status', archive.status + (archive.pinned ? ', pinned' : '') + (archive.damaged ? ', damaged' : '')],
    ['error', archive.error ?? ''],
    ['collection', archive.collection],
    ['source', archive.cluster],
    ['server', archive.version],
    ['location', archive.location],
    ['started', time(archive.started)],
    ['finished', archive.finished === undefined ? '' : time(archive.finished)],
    ['removed', archive.deleted === undefined ? '' : time(archive.deleted)],
    ['holds', archive.kind === 'incremental' ? 'what changed since its parent' : archive.holds],
    ['kind', archive.kind],
    ['format', archive.format],
    ['compression', archive.compression],
    ['objects', String(objects)],
    ['vectors', String(vectors)],
    ['size', `${roughSize(bytes)} (${roughSize(raw_bytes)} before compression), ${pluralize(parts, 'part')}`],
    ['tenants', tenants.length > 5 ? `${tenants.length}` : tenants.join(', ')],
    ['parent', archive.parent ?? ''],
    ['tags', archive.tags.join(', ')],
    ['note', archive.note ?? ''],
  ]
}

function manifestFacts({ manifest }: ArchiveDetails): Fact[] {
  if (manifest === undefined) return []
  const { counts, aliases, consistency, tool, totals, schema_sha256, state } = manifest
  return [
    ['counts', `${counts.before} before, ${counts.after} after, ${counts.written} written`],
    ['consistency', consistency],
    ['aliases', aliases.join(', ')],
    [
      'state',
      state === undefined
        ? ''
        : `${pluralize(state.objects, 'object')} with its bases, digest ${state.digest}`,
    ],
    ['digest', totals.digest],
    ['schema', `sha256 ${schema_sha256}`],
    ['made by', `${tool.name} ${tool.version}`],
  ]
}

function indexes({ manifest }: ArchiveDetails, tables: Tables): string[] {
  const all = manifest?.vector_indexes ?? []
  if (all.length === 0) return []
  const rows = all.map(({ name, vectorizer, index, distance }) => [
    name || '(no name)',
    vectorizer,
    index,
    distance ?? '',
  ])
  return ['', ...tables.of(['vector', 'vectorizer', 'index', 'distance'], rows)]
}

function checks({ verifications }: ArchiveDetails, tables: Tables): string[] {
  if (verifications.length === 0) return ['', 'never verified']
  const rows = verifications.map(({ level, time, ok, errors, sample }) => {
    return [level, tables.time(time), ok ? 'complete' : `${errors} faults`, sample ?? 'all']
  })
  return ['', ...tables.of(['verified', 'time', 'result', 'parts'], rows)]
}
