import { parseUnit, UNIT_EXAMPLES } from '../../../core/units.ts'

/** How an ingest leaves out records that later ones replace. */
export interface CoalesceMode {
  /** When to read inputs twice, if possible: with `maybe`, if a sample of them shows that it pays. */
  readonly twoPasses: 'never' | 'maybe' | 'always'
  /** How many bytes of an input that cannot be read twice are examined together; undefined for one batch. */
  readonly windowBytes: number | undefined
}

const LEAST_BYTES = 1024
const MOST_BYTES = 1024 * 1024 * 1024

/** Parses `auto`, `off` or a size. */
export function coalesceMode(text: string): CoalesceMode {
  if (text === 'off') return { twoPasses: 'never', windowBytes: undefined }
  if (text === 'auto') return { twoPasses: 'maybe', windowBytes: undefined }
  return { twoPasses: 'always', windowBytes: parseUnit(text, 'bytes') }
}

/** What is wrong with the value of `--coalesce`; undefined if nothing is. */
export function coalesceFault(text: string): string | undefined {
  if (text === 'auto' || text === 'off') return undefined
  const bytes = /^\d+$/.test(text) ? undefined : parseUnit(text, 'bytes')
  if (bytes !== undefined && bytes >= LEAST_BYTES && bytes <= MOST_BYTES) return undefined
  return `it takes auto, off, or a size from 1KiB to 1GiB, such as ${UNIT_EXAMPLES.bytes}`
}
