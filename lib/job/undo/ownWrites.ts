import type { Trace, UndoEntry, UndoHeader } from '../../archive/undo/undo.ts'
import type { StoredObject } from '../../core/object.ts'
import { UndoKeeping } from './keeping.ts'
import type { Traces } from './traces.ts'

/**
 * What a run writes that keeps no undo, noted before it is sent: ids and digests alone, so that it knows its own writes
 * after an interruption. Nobody can take anything back with it. Memory: as `UndoKeeping`.
 */
export class OwnWrites {
  readonly #keeping: UndoKeeping

  /** `directory` bears the name of the run. */
  constructor(directory: string, header: UndoHeader, traces: Traces) {
    this.#keeping = new UndoKeeping(directory, header, traces, { durable: false })
  }

  /** Reads what the run noted before it was interrupted; nothing is written. */
  look(): Promise<void> {
    return this.#keeping.look()
  }

  begin(): Promise<void> {
    return this.#keeping.begin()
  }

  keep(entries: readonly UndoEntry[]): Promise<void> {
    return this.#keeping.keep(entries.map(({ before: _, ...entry }) => entry))
  }

  own(found: StoredObject): Trace | undefined {
    return this.#keeping.own(found)
  }

  get continues(): boolean {
    return this.#keeping.continues
  }

  close(): Promise<void> {
    return this.#keeping.close()
  }
}
