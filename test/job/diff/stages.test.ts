// The stages of a comparison keep what every stage keeps.
import t from 'tap'
import type { ObjectPair } from '../../../lib/archive/object/join.ts'
import { findDifferences } from '../../../lib/job/diff/findDifferences.ts'
import type { ComparedPair } from '../../../lib/job/diff/finding.ts'
import { recheck } from '../../../lib/job/diff/recheck.ts'
import { difference } from '../../../lib/transform/object/compare.ts'
import { stageContract } from '../../contract/stage.ts'
import { thing } from '../backup/archived.ts'
import { fastClock } from './compared.ts'

const PAGE = 500
const PAGES = 14
const pages = <T>(make: (n: number) => T): T[][] =>
  Array.from({ length: PAGES }, (_, page) => Array.from({ length: PAGE }, (_, n) => make(page * PAGE + n)))

const idsIn = (chunk: unknown) => (chunk as ObjectPair[]).map(({ left, right }) => (left ?? right)!.id)
const idsOut = (chunk: unknown) => (chunk as ComparedPair[]).map(({ id }) => id)

stageContract(t, 'differing', {
  make: () => findDifferences({ compare: difference }),
  input: () => pages((n): ObjectPair => (n % 2 === 0 ? { left: thing(n, 8000) } : { right: thing(n, 8000) })),
  holds: 4,
  keysIn: idsIn,
  keysOut: idsOut,
})

stageContract(t, 'recheck', {
  make: () =>
    recheck({
      compare: difference,
      left: async () => [],
      all: false,
      isWritten: () => true,
      afterMs: 2000,
      onSettled: () => {},
      clock: fastClock(),
      signal: new AbortController().signal,
    }),
  input: () => pages((n): ComparedPair => ({ of: 'object', sign: '-', id: thing(n).id, right: thing(n) })),
  holds: 20_000 / PAGE + 3,
  keysIn: idsOut,
  keysOut: idsOut,
})
