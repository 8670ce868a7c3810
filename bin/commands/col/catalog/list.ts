import { namedRoot, ofClass, onCatalog } from '../../../cli/catalog.ts'
import type { Command, Context } from '../../../cli/command.ts'
import {
  type ArchiveRecord,
  catalogDoor,
  catalogOptions,
  counted,
  listOptions,
  roughSize,
} from '../../../library.ts'
import { columns } from '../../../view/columns.ts'

/** `col catalog list`: the archives that are known, the newest first. */
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
  schemas: [listOptions, catalogOptions],
  docs: 'docs/archives.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const { filterOf } = await catalogDoor()
  const below = namedRoot(context)
  const filter = {
    ...filterOf(ofClass(context.options(listOptions))),
    ...(below !== undefined && { below }),
  }
  const [archives, all, unreadable] = await onCatalog(context, (catalog) => [
    ...([catalog.list(filter), catalog.count(filter)] as const),
    catalog.unreadable.list(below),
  ])
  if (console.json) return console.document({ archives, total: all.archives, unreadable })
  for (const { path, message } of unreadable) console.warn(`unreadable: ${path}: ${message}`)
  if (all.archives === 0) return console.note('no archives; `elysiactl col backup` makes one')
  await console.print(columns(HEAD, archives.map(row)))
  const left = all.archives - archives.length
  console.note(
    `${counted(all.archives, 'archive')}, ${roughSize(all.bytes)}${left > 0 ? `; ${left} not shown: --limit 0 shows all` : ''}`,
  )
}

const HEAD = ['id', 'status', 'collection', 'source', 'started', 'objects', 'size', 'format', 'holds', 'tags']

function row(archive: ArchiveRecord): (string | number)[] {
  const { id, collection, cluster, started, objects, bytes, format, compression, tags, holds } = archive
  const encoding = compression === 'none' ? format : `${format}+${compression}`
  return [
    ...[id, statusText(archive), collection, cluster, second(started), objects, roughSize(bytes), encoding],
    holds,
    tags.join(','),
  ]
}

/** The status, and what else keeps an archive or speaks against it. */
function statusText({ status, pinned, damaged }: ArchiveRecord): string {
  return [status, ...(pinned ? ['pinned'] : []), ...(damaged ? ['damaged'] : [])].join(',')
}

function second(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z')
}
