import type { Trace, UndoEntry, UndoHeader } from '../../archive/undo/undo.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Traces } from './traces.ts'
import { UndoRecorder } from './undoRecorder.ts'

/**
 * Records the writes of a run without undo before they are sent: only ids and digests, so that it recognizes its own
 * writes after an interruption. They cannot revert anything. Memory: as `UndoRecorder`.
 */
export class OwnWrites {
  readonly #keeping: UndoRecorder

  /** `directory` has the name of the run. */
  constructor(directory: string, header: UndoHeader, traces: Traces) {
    this.#keeping = new UndoRecorder(directory, header, traces, { durable: false })
  }

  /** Reads what the run recorded before it was interrupted; writes nothing. */
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
