/** True for a version of Weaviate that is at least this minor release of version 1. */
export function isAtLeastMinor(version: string, minor: number): boolean {
  const [major, its] = numbersOf(version)
  return major > 1 || (major === 1 && its >= minor)
}

/** Orders versions by their major and minor release, oldest first. */
export function byAge(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  return left[0] - right[0] || left[1] - right[1]
}

function numbersOf(version: string): [major: number, minor: number] {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0)
  return [major, minor]
}
