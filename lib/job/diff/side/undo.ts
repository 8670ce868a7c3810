import { Readable } from 'node:stream'
import { readUndoHeader } from '../../../archive/undo/header.ts'
import { undoBlocks } from '../../../archive/undo/reader.ts'
import type { UndoHeader } from '../../../archive/undo/undo.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { SourcePart } from '../../restore/source/source.ts'
import { Traces } from '../../undo/traces.ts'
import { UndoIndex } from '../../undo/undoIndex.ts'
import type { DiffSide } from './side.ts'
import { spooledSide } from './spooled.ts'

/** How many ids are held, to ask another side only for them. */
const MOST_IDS = 100_000

/**
 * The saved objects of a run as a side of a comparison: those that existed, as they were. The other side is compared
 * only for objects that the run touched; an object that the run created exists only there. Memory: the ids of up to
 * 100,000 objects, and as `spooledSide`.
 * @throws ElysiaError ELYSIA_DAMAGED; ELYSIA_USAGE for a run that touched more
 */
export async function undoSide(directory: string): Promise<DiffSide> {
  const header = readUndoHeader(directory)!
  const { schema, run, target } = header
  const kind = /^(sqlite|memory):/.exec(target)?.[1] ?? 'weaviate'
  const index = await UndoIndex.read(directory, header, new Traces(kind, schema))
  const pages = async () => Readable.from(firstVersions(directory, header, index), { highWaterMark: 1 })
  const part: SourcePart = { name: run, pages }
  const source = { kind: 'jsonl', identity: run, schema, aliases: [], about: index.objects } as const
  const side = spooledSide({ ...source, name: `what ${run} changed`, parts: [part] })
  return {
    ...side,
    kind,
    selection: { objects: idsIn(index, run) },
    close: async () => {
      index.close()
      await side.close()
    },
  }
}

function idsIn(index: UndoIndex, run: string): string[] {
  const ids = index.ids(MOST_IDS + 1)
  if (ids.length <= MOST_IDS) return ids
  throw new ElysiaError('ELYSIA_USAGE', `the run ${run} touched more than ${MOST_IDS} objects`, {
    hint: `\`elysiactl col rollback ${run} --dry-run\` checks all of them`,
  })
}

/** Each object as it was before the run first touched it. */
async function* firstVersions(
  directory: string,
  header: UndoHeader,
  index: UndoIndex,
): AsyncGenerator<StoredObject[]> {
  let number = 0
  for await (const { entries } of undoBlocks(directory, header)) {
    const first = number
    number += entries.length
    const objects = entries.flatMap((entry, at) =>
      entry.before !== undefined && index.find(entry)?.entry === first + at ? [entry.before] : [],
    )
    if (objects.length > 0) yield objects
  }
}
