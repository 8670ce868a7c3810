import { join } from 'node:path'
import type { TransformReject } from '../../transform/transform.ts'
import { type RejectReason, RejectReasons } from '../restore/reasons.ts'
import { objectReject, type RejectOrigin, RestoreRejects } from '../restore/target/rejects.ts'

/**
 * The objects that a transform refused, and that the archive lacks. The rejects file contains them in the source's
 * form, so that `col restore FILE` takes them.
 */
export class RefusedObjects {
  readonly #reasons = new RejectReasons()
  readonly #file: RestoreRejects | undefined
  /** The number of refused objects. */
  count = 0

  constructor(directory: string | undefined, run: string) {
    this.#file =
      directory === undefined ? undefined : new RestoreRejects(join(directory, `${run}.jsonl`), run)
  }

  /** The path of the file, once it exists. */
  get path(): string | undefined {
    return this.count === 0 ? undefined : this.#file?.path
  }

  /** `origin`: the archive, and the class of the source. */
  add(rejects: readonly TransformReject[], origin: RejectOrigin): void {
    this.count += rejects.length
    for (const { reason } of rejects) this.#reasons.add(reason)
    this.#file?.append(rejects.map((one) => objectReject('', origin, one)))
  }

  reasons(): RejectReason[] {
    return this.#reasons.list()
  }

  /** Makes what was added durable. */
  sync(): void {
    this.#file?.sync()
  }

  close(): void {
    this.#file?.close()
  }
}
