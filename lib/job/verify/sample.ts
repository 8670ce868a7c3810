import type { Part } from '../../archive/manifest.ts'

/**
 * What is wrong with a sample: it must be an existing group, or a share that takes something and at most everything.
 */
export function sampleFault(sample: string): string | undefined {
  if (sample.endsWith('%')) {
    const percent = Number(sample.slice(0, -1))
    return percent > 0 && percent <= 100 ? undefined : 'it takes more than 0% and at most 100%'
  }
  const [n = 0, t = 0] = sample.split('/').map(Number)
  return n >= 1 && n <= t ? undefined : 'it takes one of the groups 1/T to T/T'
}

/**
 * The parts in a sample. `n/t` is always the same n-th of t groups, by the first digits of a part's SHA-256, so that t
 * runs together check every part; `p%` is a random choice of that share, at least one.
 */
export function sampleParts(parts: readonly Part[], sample: string | undefined): readonly Part[] {
  if (sample === undefined || parts.length === 0) return parts
  if (sample.endsWith('%')) return byChance(parts, Number(sample.slice(0, -1)) / 100)
  const [n, t] = sample.split('/').map(Number) as [number, number]
  return parts.filter(({ sha256 }) => Number.parseInt(sha256.slice(0, 8), 16) % t === n - 1)
}

function byChance(parts: readonly Part[], share: number): readonly Part[] {
  const wanted = Math.max(1, Math.round(parts.length * share))
  const left = [...parts]
  return Array.from({ length: Math.min(wanted, parts.length) }, () => {
    const [taken] = left.splice(Math.floor(Math.random() * left.length), 1)
    return taken!
  })
}
