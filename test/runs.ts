/*
 * How often properties over bytes of anybody are tried. `ELYSIACTL_TEST_RUNS` raises it, and `ELYSIACTL_TEST_SEED` repeats
 * what a failure said its seed was.
 */
const { ELYSIACTL_TEST_RUNS, ELYSIACTL_TEST_SEED } = process.env

/** So many runs, or as many as the environment asks for. */
export function runs(usual: number): number {
  return ELYSIACTL_TEST_RUNS === undefined ? usual : Number(ELYSIACTL_TEST_RUNS)
}

/** For fast-check: the runs, and the seed where the environment names one. */
export function tried(numRuns: number): { numRuns: number; seed?: number } {
  return { numRuns, ...(ELYSIACTL_TEST_SEED !== undefined && { seed: Number(ELYSIACTL_TEST_SEED) }) }
}

/**
 * So many of some cases of one law, each of which takes long: others at each run of the tests; all of them, in their order,
 * where the environment asks for more runs.
 */
export function some<T>(count: number, cases: readonly T[]): readonly T[] {
  if (ELYSIACTL_TEST_RUNS !== undefined) return cases
  const from = Math.floor(Math.random() * cases.length)
  return [...cases.slice(from), ...cases.slice(0, from)].slice(0, count)
}

/**
 * The next point at which a process is killed: each in turn where the environment asks for more runs; otherwise others at
 * each run of the tests, about half of them.
 */
export function nextPoint(point: number): number {
  return ELYSIACTL_TEST_RUNS === undefined ? point + 1 + Math.floor(Math.random() * 3) : point + 1
}
