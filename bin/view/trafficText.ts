import { type PlaceTraffic, roughSize } from '../library.ts'

type Traffic = Omit<PlaceTraffic, 'place'>

/** `12 MB came (1.2 MB/s, at most 3 MB/s), 5 kB went, took nothing once for 60 s`. */
export function trafficText(one: Traffic, seconds: number): string {
  const parts = [
    wayText('came', one.bytes_in, one.most_in_per_second, seconds),
    wayText('went', one.bytes_out, one.most_out_per_second, seconds),
    stallText('nothing came', one.stalls_in, one.stalled_in_seconds),
    stallText('it took nothing', one.stalls_out, one.stalled_out_seconds),
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}

function wayText(word: string, bytes: number, most: number | undefined, seconds: number): string | undefined {
  if (bytes === 0) return undefined
  const rate = seconds > 0 ? ` (${roughSize(Math.round(bytes / seconds))}/s${mostText(most)})` : ''
  return `${roughSize(bytes)} ${word}${rate}`
}

function mostText(most: number | undefined): string {
  return most === undefined ? '' : `, at most ${roughSize(most)}/s`
}

function stallText(what: string, stalls: number, seconds: number): string | undefined {
  if (stalls === 0) return undefined
  return `${what} ${stalls === 1 ? 'once' : `${stalls} times`} for ${Math.round(seconds)} s`
}
