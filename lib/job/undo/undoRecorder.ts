import { readUndoHeader } from '../../archive/undo/header.ts'
import { undoBlocks } from '../../archive/undo/reader.ts'
import type { Trace, UndoEntry, UndoHeader } from '../../archive/undo/undo.ts'
import { UndoWriter } from '../../archive/undo/writer.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Traces } from './traces.ts'
import { UndoIndex } from './undoIndex.ts'

/** Saves what a run changes in a collection, and knows what it saved before it was interrupted. */
export class UndoRecorder {
  readonly directory: string
  readonly #header: UndoHeader
  readonly #traces: Traces
  readonly #durable: boolean
  #writer: UndoWriter | undefined
  #earlier: UndoIndex | undefined

  /** `durable: false`: entries survive a killed process, but not a power cut. */
  constructor(directory: string, header: UndoHeader, traces: Traces, { durable = true } = {}) {
    this.directory = directory
    this.#header = header
    this.#traces = traces
    this.#durable = durable
  }

  get header(): UndoHeader {
    return this.#header
  }

  /** The number of entries and bytes so far. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#writer?.entries ?? 0, bytes: this.#writer?.bytes ?? 0 }
  }

  /**
   * Reads what an interrupted run saved, so that `own` knows it; writes nothing.
   * @throws ElysiaError ELYSIA_DAMAGED, ELYSIA_CONFLICT
   */
  async look(): Promise<void> {
    if (this.#earlier !== undefined) return
    const earlier = readUndoHeader(this.directory)
    if (earlier === undefined) return
    requireOwn(this.directory, earlier, this.#header)
    this.#earlier = await UndoIndex.read(this.directory, earlier, this.#traces)
  }

  /** Creates the archive, or continues it. @throws ElysiaError ELYSIA_STATE, ELYSIA_DAMAGED, ELYSIA_CONFLICT */
  async begin(): Promise<void> {
    await this.look()
    const made = readUndoHeader(this.directory)?.tenants_made
    const header = { ...this.#header, ...(made !== undefined && { tenants_made: made }) }
    this.#writer = await UndoWriter.begin(this.directory, header, this.#durable)
  }

  /** Resolves once the entries are durable. */
  keep(entries: readonly UndoEntry[]): Promise<void> {
    return this.#writer!.keep(entries)
  }

  noteTenants(tenants: readonly string[]): void {
    if (tenants.length > 0) this.#writer?.noteTenants(tenants)
  }

  /**
   * What the run wrote before it was interrupted, if the object still is that; some references may not be linked yet.
   */
  own(found: StoredObject): Trace | undefined {
    const wrote = this.#earlier?.find(found)?.wrote
    return wrote !== undefined && this.#traces.matches(found, wrote, { partlyLinked: true })
      ? wrote
      : undefined
  }

  /** Whether an interrupted run saved something about it. */
  knows(object: Pick<StoredObject, 'id' | 'tenant'>): boolean {
    return this.#earlier?.find(object) !== undefined
  }

  /**
   * The states that an interrupted run saved of some objects of one tenant, by id: those that a rollback would put back.
   * Reads what it saved up to the last of them; nothing if it saved none. Memory: a batch, and those objects.
   * @throws ElysiaError ELYSIA_DAMAGED
   */
  async saved(ids: readonly string[], tenant: string | undefined): Promise<Map<string, StoredObject>> {
    const objects = new Map<string, StoredObject>()
    const wanted = this.#savedEntries(ids, tenant)
    const header = wanted.size === 0 ? undefined : readUndoHeader(this.directory)
    if (header === undefined) return objects
    let number = 0
    for await (const { entries } of undoBlocks(this.directory, header)) {
      for (const { id, before } of entries)
        if (wanted.delete(number++) && before !== undefined) objects.set(id, before)
      if (wanted.size === 0) break
    }
    return objects
  }

  /** The numbers of the entries with their earlier states; an object that did not exist has none. */
  #savedEntries(ids: readonly string[], tenant: string | undefined): Set<number> {
    const touched = ids.map((id) => this.#earlier?.find({ id, ...(tenant !== undefined && { tenant }) }))
    return new Set(touched.flatMap((one) => (one?.before === undefined ? [] : [one.entry])))
  }

  /** True if an interrupted run saved something. */
  get continues(): boolean {
    return this.#earlier !== undefined
  }

  complete(): void {
    this.#writer?.complete()
  }

  async close(): Promise<void> {
    this.#earlier?.close()
    this.#earlier = undefined
    await this.#writer?.close()
    this.#writer = undefined
  }
}

/** Runs in stores whose journals do not know each other may have the same id. */
function requireOwn(
  directory: string,
  earlier: UndoHeader,
  { run, job, target, class: name }: UndoHeader,
): void {
  if (earlier.job === job && earlier.target === target && earlier.class === name) return
  const fact = `${directory} keeps what a ${earlier.job} called ${run} changed of ${earlier.class} in ${earlier.target}`
  throw new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: 'nothing was changed; choose another --run-id, so that both can be undone',
  })
}
