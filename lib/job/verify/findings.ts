import { LinkDamage } from '../../archive/chain/chain.ts'
import { MANIFEST_FILE } from '../../archive/files.ts'
import { messageOf } from '../../core/errors.ts'
import { isFinding } from './damage.ts'
import { VectorWidths } from './dimensions.ts'
import type { VerifyOptions } from './options.ts'
import type { ArchiveFault } from './report.ts'

/** The faults so far, and whether there are enough. */
export class Findings {
  readonly faults: ArchiveFault[] = []
  readonly options: VerifyOptions
  readonly widths = new VectorWidths()
  /** The parts that were checked, and those to check. */
  parts = 0
  due = 0
  objects = 0
  bytes = 0
  expired = 0
  /** The base whose files are being checked; undefined for the archive itself. */
  base: string | undefined

  constructor(options: VerifyOptions) {
    this.options = options
  }

  get full(): boolean {
    return this.options.maxErrors > 0 && this.faults.length >= this.options.maxErrors
  }

  add(fault: ArchiveFault): void {
    if (this.full) return
    this.faults.push(this.base === undefined ? fault : { ...fault, base: this.base })
  }

  /** Runs a check; records damage as a finding, and passes on other errors. */
  async of(check: () => Promise<void>, file = MANIFEST_FILE, part = false): Promise<void> {
    try {
      await check()
    } catch (error) {
      if (!isFinding(error)) throw error
      const base = error instanceof LinkDamage && error.isBase ? { base: error.link } : {}
      this.add({ file, fact: messageOf(error), part, ...base })
    }
  }
}
