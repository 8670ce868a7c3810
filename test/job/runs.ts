// The points at which a process is killed. Every run of the tests takes others of them.

/**
 * So many of the points, in their order: others at each run of the tests, and all where the environment asks for more
 * runs (`ELYSIACTL_TEST_RUNS`).
 */
export function somePoints<T>(points: readonly T[], count: number): readonly T[] {
  if (process.env.ELYSIACTL_TEST_RUNS !== undefined) return points
  const drawn = new Set<number>()
  while (drawn.size < Math.min(count, points.length)) drawn.add(Math.floor(Math.random() * points.length))
  return points.filter((_, index) => drawn.has(index))
}

/** Like `nextPoint`, for points that are many: up to so many further on. */
export function laterPoint(point: number, steps: number): number {
  const isSampled = process.env.ELYSIACTL_TEST_RUNS === undefined
  return isSampled ? point + 1 + Math.floor(Math.random() * steps) : point + 1
}
