import { distance } from 'fastest-levenshtein'

/**
 * The known name that a person most likely meant, or undefined where none is near enough to suggest.
 * Near is at most two edits for short names and a third of the length for long ones; a known name that
 * begins with what was typed counts as near.
 */
export function closestMatch(typed: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(typed.length / 3)) + 1
  for (const name of known) {
    const edits = distance(typed.toLowerCase(), name.toLowerCase())
    if (edits < bestDistance) {
      best = name
      bestDistance = edits
    }
  }
  return best ?? (typed.length > 1 ? known.find((name) => name.startsWith(typed)) : undefined)
}

/** The hint for an unknown name: the nearest known one, or `fallback`. */
export function didYouMean(typed: string, known: readonly string[], fallback: string): string {
  const name = closestMatch(typed, known)
  return name === undefined ? fallback : `did you mean ${name}?`
}
