import { withFiniteVectors } from '../../../archive/object/finiteVectors.ts'
import type { Retrying } from '../../../async/retry.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import { pluralize } from '../../../core/units.ts'
import type { Emit } from '../../../run/context.ts'
import { objectPages } from '../../../store/objects.ts'
import type { Collection } from '../../../store/store.ts'

const IDS_NAMED = 1000

/** Objects with vectors that contain NaN or infinity: how many, and the ids of the first thousand. */
export class InvalidVectors {
  readonly #ids: string[] = []
  objects = 0

  /** The page with only its finite vectors; the page itself if all are finite. */
  leftOut(page: readonly StoredObject[]): readonly StoredObject[] {
    const finite = page.map(withFiniteVectors)
    finite.forEach((object, at) => {
      if (object !== page[at]) this.#note(object.id)
    })
    return finite
  }

  /** Reports which objects were backed up without them. */
  notify(emit: Emit, collection: string): void {
    if (this.objects === 0) return
    const { objects } = this
    emit({ type: 'invalid_vectors_left_out', collection, objects, ids: [...this.#ids] })
  }

  failure(name: string): ElysiaError {
    const fact = `vectors that hold NaN or infinity, of ${this.#text(name)}`
    return new ElysiaError('ELYSIA_STORE', `no archive can hold ${fact}`, {
      hint: '--allow-invalid-vectors backs up all but these vectors; else write finite ones to these objects',
    })
  }

  #note(id: string): void {
    this.objects += 1
    if (this.#ids.length < IDS_NAMED) this.#ids.push(id)
  }

  #text(name: string): string {
    const more = this.objects > this.#ids.length ? ', …' : ''
    return `${pluralize(this.objects, 'object')} of ${name}: ${this.#ids.join(', ')}${more}`
  }
}

/**
 * The error that names all objects with such vectors at once, after an encoder has met one of them. Leaves inactive
 * tenants as they are. Memory: a page.
 */
export async function allInvalid(
  collection: Collection,
  calls: readonly { readonly tenant?: string }[],
  retry: Retrying,
  signal: AbortSignal,
): Promise<ElysiaError> {
  const invalid = new InvalidVectors()
  for (const call of calls) {
    const projection = { properties: [], vectors: true }
    const pages: AsyncIterable<StoredObject[]> = objectPages(collection, call, { projection, retry, signal })
    for await (const page of pages) invalid.leftOut(page)
  }
  return invalid.failure(collection.name)
}
