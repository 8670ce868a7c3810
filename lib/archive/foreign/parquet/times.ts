import { PlainFault } from '../plainFault.ts'
import type { Zone } from './zone.ts'

/** Digits after the second, by Arrow's number for a unit: seconds, milliseconds, microseconds, nanoseconds. */
const DIGITS = [0, 3, 6, 9]

const MILLI_DIGITS = 3
const DAY_MS = 86_400_000
const DAY_SECONDS = 86_400n

/**
 * A moment in RFC 3339 and UTC; `zone` applies if the timestamp names none. @throws PlainFault beyond the years 0 to
 * 9999
 */
export function momentText(value: bigint, unit: number, zone: Zone | undefined): string {
  const perSecond = 10n ** BigInt(DIGITS[unit]!)
  const fraction = ((value % perSecond) + perSecond) % perSecond
  const wallMs = Number((value - fraction) / perSecond) * 1000
  // A zone cannot convert an invalid time.
  const ms = zone === undefined ? wallMs : timeOf(wallMs) - zone(wallMs)
  return `${secondText(ms)}${fractionText(fraction, DIGITS[unit]!)}Z`
}

/** A day, as its midnight in UTC. @throws PlainFault beyond the years 0 to 9999 */
export function dayText(value: number | bigint): string {
  return `${secondText(typeof value === 'bigint' ? Number(value) : value * DAY_MS)}Z`
}

/** A time of day. @throws PlainFault for a time outside the day */
export function timeText(value: number | bigint, unit: number): string {
  const digits = DIGITS[unit]!
  const perSecond = 10n ** BigInt(digits)
  const whole = BigInt(value)
  if (whole < 0n || whole >= DAY_SECONDS * perSecond)
    throw new PlainFault('invalid_value', 'it holds a time of day beyond 24 hours')
  const second = new Date(Number(whole / perSecond) * 1000).toISOString().slice(11, 19)
  return `${second}${fractionText(whole % perSecond, digits)}`
}

function secondText(ms: number): string {
  return new Date(timeOf(ms)).toISOString().slice(0, -'.000Z'.length)
}

function timeOf(ms: number): number {
  const year = new Date(ms).getUTCFullYear()
  if (year >= 0 && year <= 9999) return ms
  throw new PlainFault('invalid_value', 'it holds a time beyond the years 0 to 9999')
}

/** The fraction with as few digits as possible. */
function fractionText(fraction: bigint, digits: number): string {
  if (fraction === 0n) return ''
  return `.${`${fraction}`.padStart(Math.max(digits, MILLI_DIGITS), '0').replace(/0+$/, '')}`
}
