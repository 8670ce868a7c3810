import type { Duplex } from 'node:stream'
import { nameStage } from '../../../core/channel/stages.ts'
import type { Store } from '../../../store/store.ts'
import type { SkipSettled } from '../../../stream/lines/skipSettled.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { IngestOptions } from '../options.ts'
import { batchSettings } from '../stages.ts'
import { coalesceStage, lineItems } from './coalescing.ts'
import type { DigestMap } from './digestMap.ts'
import type { FirstPass } from './firstPass.ts'
import { inputChanged } from './inputChanged.ts'
import { KnownTrail } from './knownTrail.ts'

/** The second reading of an input: decodes only the lines that a plan applies. */
export class SecondPass {
  readonly stages: readonly Duplex[]
  readonly #map: DigestMap | undefined
  readonly #skip: SkipSettled | undefined
  #trail: KnownTrail | undefined
  #goesOn = false

  /** `skip` is the stage that leaves out settled lines, if there are any. */
  constructor(
    { plan, digests }: FirstPass,
    input: number,
    store: Store,
    options: IngestOptions,
    skip: SkipSettled | undefined,
  ) {
    this.#map = digests[input]
    this.#skip = skip
    const { count, bytes, pace } = batchSettings(options)
    const stage = coalesceStage({
      decisions: plan.decisions(input),
      trail: () => this.#followed(),
      itemOf: lineItems(options),
      limits: { count, bytes, oneGroup: store.transaction === undefined },
    })
    this.stages = [nameStage('make operations', stage), ...pace]
  }

  /** Call this with each settlement: the first one continues the ledger where the skipped lines end. */
  goOn(ledger: Ledger): void {
    if (this.#goesOn) return
    this.#goesOn = true
    ledger.follow(this.#skip?.line ?? 0, this.#followed())
  }

  /** @throws ElysiaError ELYSIA_INPUT if the input ended before the last line of the first pass */
  requireWhole(line: number): void {
    requireWholePass(this.#map, line)
  }

  #followed(): KnownTrail {
    this.#trail ??= new KnownTrail(this.#map, this.#skip?.line, this.#skip?.digest)
    return this.#trail
  }
}

/**
 * Checks that a second pass read as far as the first.
 * @throws ElysiaError ELYSIA_INPUT if it ended with a line before the last one of the first pass
 */
export function requireWholePass(map: DigestMap | undefined, line: number): void {
  if (line < (map?.end.line ?? 0)) throw inputChanged()
}
