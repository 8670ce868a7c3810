import { distance } from 'fastest-levenshtein'

const HOST = /^(?:[a-z0-9-]+\.)*[a-z0-9-]+$|^\[[0-9a-f:]+\]$/i
const FILE = /\.(?:db|sqlite3?)$/i
const PERIOD = /^(\d{1,6})\s*(y|years?|mo|months?|w|weeks?|d|days?|h|hours?|hrs?)?$/i

/**
 * The known name that a person most likely meant; undefined if none is close. Close means at most two edits
 * for short names, and a third of the length for long ones, or a known name that starts with what was typed.
 */
export function closestMatch(typed: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(typed.length / 3)) + 1
  for (const name of candidates) {
    const edits = distance(typed.toLowerCase(), name.toLowerCase())
    if (edits < bestDistance) {
      best = name
      bestDistance = edits
    }
  }
  return best ?? (typed.length > 1 ? candidates.find((name) => name.startsWith(typed)) : undefined)
}

/** The hint for an unknown name: the closest known one, or `fallback`. */
export function didYouMean(typed: string, known: readonly string[], fallback: string): string {
  const name = closestMatch(typed, known)
  return name === undefined ? fallback : `did you mean ${name}?`
}

/**
 * The target that a person most likely meant by an invalid one: `localhost` → `http://localhost:8080`, `x.db` →
 * `sqlite:x.db`; undefined if it could be anything.
 */
export function guessTarget(text: string): string | undefined {
  if (FILE.test(text)) return `sqlite:${text.replace(/^(?:file|sqlite3?):(?:\/\/)?/i, '')}`
  const address = /^(?:[a-z]+:\/\/)?(?<host>[^/:@\s]+|\[[^\]]+\])(?::(?<port>\d{1,5}))?(?:\/v1)?\/?$/i.exec(
    text,
  )
  const { host, port } = address?.groups ?? {}
  if (host === undefined || !HOST.test(host)) return undefined
  if (/\.weaviate\.(cloud|network)$/i.test(host)) return `https://${host}`
  const isHost = port !== undefined || host.includes('.') || host.startsWith('[') || /^localhost$/i.test(host)
  return isHost ? `http://${host}:${port ?? 8080}` : undefined
}

/** The period that a person most likely meant: `30` → `30d`, `2 weeks` → `14d`; undefined if it could be anything. */
export function guessPeriod(text: string): string | undefined {
  const [, number = '', unit = 'd'] = PERIOD.exec(text.trim()) ?? []
  if (number === '') return undefined
  const letter = unit[0]!.toLowerCase()
  return letter === 'w' ? `${Number(number) * 7}d` : `${number}${letter}`
}
