import type { FirstPass } from '../../ingest/coalesce/firstPass.ts'
import { firstPassFacts, firstPassOf, reasonAgainst } from '../../ingest/coalesce/passes.ts'
import type { Input } from '../../ingest/input.ts'
import type { WatchEntry } from '../log.ts'
import type { OpenedFile } from '../openedFile.ts'
import type { WatchContext } from '../setup.ts'

/** A file of a group. `entry` is what is remembered of it while nobody works on it. */
export interface GroupMember {
  readonly opened: OpenedFile
  readonly entry: WatchEntry
}

/** Whether files are to be read before anything of them is written. */
export function isWorthReading({ ingest, store }: WatchContext, files: readonly OpenedFile[]): boolean {
  const inputs = files.map((opened) => inputOf(opened.identity.path, opened))
  return reasonAgainst({ inputs, options: ingest, store, checkpoint: undefined }) === undefined
}

/**
 * Reads all files of a group up to one at fault, and finds the records that decide how each path ends. While a file is
 * read its entry says so: if that ends the process, the file is known.
 * @throws the reason of a stop as well
 */
export async function readGroup(watching: WatchContext, members: readonly GroupMember[]): Promise<FirstPass> {
  const { ingest, run, log } = watching
  let current: WatchEntry | undefined
  const begin = ({ entry }: GroupMember) => {
    log.together(() => {
      if (current !== undefined) log.update(current)
      log.update({ ...entry, attempting: true })
    })
    current = entry
  }
  const inputs = members.map((member) =>
    inputOf(member.entry.input, member.opened, () => {
      begin(member)
    }),
  )
  const began = performance.now()
  try {
    const firstPass = await firstPassOf(inputs, ingest, run, { whole: true })
    run.emit({
      type: 'coalescing',
      passes: 'two',
      files: firstPass.digests.length,
      ...firstPassFacts(firstPass, began),
    })
    return firstPass
  } finally {
    if (current !== undefined) log.update(current)
  }
}

function inputOf(name: string, opened: OpenedFile, onOpen: () => void = () => {}): Input {
  return {
    name,
    rereadable: true,
    open: () => {
      onOpen()
      return opened.read(0)
    },
  }
}
