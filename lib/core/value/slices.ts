/** Pieces of a list, in order, of `size` items each except for the last. An empty list has none. */
export function* slices<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}
