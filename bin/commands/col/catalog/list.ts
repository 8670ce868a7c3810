import { catalogSelection, namedRoot, useCatalog } from '../../../cli/catalog.ts'
import type { Command, Context } from '../../../cli/command.ts'
import { type Tables, tableOptions, tablesFor } from '../../../cli/tables.ts'
import {
  type ArchiveRecord,
  catalogOptions,
  listOptions,
  loadCatalog,
  pluralize,
  roughSize,
} from '../../../library.ts'
import { archiveContentText, archiveDocument } from '../../../view/archive.ts'
import type { Column } from '../../../view/columns.ts'
import { ageText } from '../../../view/times.ts'

/** `col catalog list`: the known archives, newest first. */
export const command: Command = {
  summary: 'list archives',
  alsoKnownAs: ['archives', 'backups', 'snapshots'],
  operands: [],
  examples: [
    'elysiactl col catalog list',
    'elysiactl col catalog list --collection Article --since 30d --json',
    "elysiactl col catalog list --where 'objects>1000' --where 'bytes<1GiB' --sort bytes:desc",
    'elysiactl col catalog list --status partial,failed',
    'elysiactl col catalog list --backup-root /mnt/backups',
  ],
  schemas: [listOptions, tableOptions, catalogOptions],
  document: 'archives',
  docs: 'docs/archives.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const { filterOf } = await loadCatalog()
  const below = namedRoot(context)
  const filter = {
    ...filterOf(catalogSelection(context, context.options(listOptions))),
    ...(below !== undefined && { below }),
  }
  const [archives, all, unreadable] = await useCatalog(context, (catalog) => [
    ...([catalog.list(filter), catalog.count(filter)] as const),
    catalog.unreadable.list(below),
  ])
  if (console.json) {
    const documents = archives.map(archiveDocument)
    return console.document({ archives: documents, total: all.archives, unreadable })
  }
  for (const { path, message } of unreadable) console.warn(`unreadable: ${path}: ${message}`)
  if (all.archives === 0) return console.note('no archives; `elysiactl col backup` makes one')
  const tables = await tablesFor(context)
  const rows = archives.map((archive) => row(archive, tables))
  await console.print(tables.of(HEAD, rows))
  tables.noteDropped()
  const left = all.archives - archives.length
  console.note(
    `${pluralize(all.archives, 'archive')}, ${roughSize(all.bytes)}${left > 0 ? `; ${left} not shown: --limit 0 shows all` : ''}`,
  )
}

const HEAD: readonly Column[] = [
  { name: 'id', whole: true },
  'status',
  { name: 'collection', drop: 1, least: 12 },
  { name: 'started', whole: true, drop: 6 },
  { name: 'age', whole: true, drop: 2 },
  { name: 'objects', whole: true, drop: 3 },
  { name: 'size', whole: true, drop: 4 },
  { name: 'verified', drop: 5, least: 18 },
  { name: 'content', drop: 7 },
  { name: 'tags', drop: 8 },
  { name: 'source', drop: 9 },
  { name: 'format', drop: 10 },
]

function row(archive: ArchiveRecord, { time }: Tables): (string | number)[] {
  const { id, collection, cluster, started, objects, bytes, format, compression, tags } = archive
  const encoding = compression === 'none' ? format : `${format}+${compression}`
  return [
    ...[id, statusText(archive), collection, time(started), ageText(started), objects, roughSize(bytes)],
    ...[
      verifiedText(archive),
      archiveContentText(archive.kind === 'incremental', archive.holds),
      tags.join(','),
      cluster,
      encoding,
    ],
  ]
}

/** When it was last verified, how deep, and with which result. */
function verifiedText({ verified }: ArchiveRecord): string {
  if (verified === undefined) return 'never'
  return `${verified.level}${verified.ok ? '' : verified.level === 'rehearsed' ? ', broken' : ', damaged'}, ${ageText(verified.time)} ago`
}

/** The status, and whether the archive is pinned or damaged. */
function statusText({ status, pinned, damaged }: ArchiveRecord): string {
  return [status, ...(pinned ? ['pinned'] : []), ...(damaged ? ['damaged'] : [])].join(',')
}
