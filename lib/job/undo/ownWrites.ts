import type { Trace, UndoEntry, UndoHeader } from '../../archive/undo/undo.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Traces } from './traces.ts'
import { UndoRecorder } from './undoRecorder.ts'

/**
 * Records the writes of a run without undo before they are sent: only ids and digests, so that it recognizes its own
 * writes after an interruption. They cannot revert anything. Memory: as `UndoRecorder`.
 */
export class OwnWrites {
  readonly #recorder: UndoRecorder

  /** `directory` has the name of the run. */
  constructor(directory: string, header: UndoHeader, traces: Traces) {
    this.#recorder = new UndoRecorder(directory, header, traces, { durable: false })
  }

  /** Reads what the run recorded before it was interrupted; writes nothing. */
  look(): Promise<void> {
    return this.#recorder.look()
  }

  begin(): Promise<void> {
    return this.#recorder.begin()
  }

  keep(entries: readonly UndoEntry[]): Promise<void> {
    return this.#recorder.keep(entries.map(({ before: _, ...entry }) => entry))
  }

  own(found: StoredObject): Trace | undefined {
    return this.#recorder.own(found)
  }

  get continues(): boolean {
    return this.#recorder.continues
  }

  close(): Promise<void> {
    return this.#recorder.close()
  }
}
