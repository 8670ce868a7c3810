import { type Profile, pluralize, roughSize } from '../../library.ts'
import { groupDigits } from '../progressLine.ts'
import { trafficText } from '../trafficText.ts'

/** The findings of --profile for the user; the last sentence says what to do. */
export function profileText(profile: Profile): string[] {
  const {
    stages,
    targets,
    traffic,
    seconds,
    cpu_seconds: cpu,
    event_loop_delay_p99_ms: delay,
    threads,
  } = profile
  return [
    ...(stages.length === 0 ? [] : ['profile: how long each stage worked, waited, and was held back']),
    ...stages.map(
      ({ name, busy, worked_seconds: worked, waited_seconds: waited, held_back_seconds: held, chunks }) =>
        `  ${name.padEnd(16)} ${percent(busy)}  ${seconds3(worked)} ${seconds3(waited)} ${seconds3(held)}  ${pluralize(chunks, 'chunk')}`,
    ),
    ...targets.map(
      ({ server, requests, failed, refused, sent_bytes: sent, received_bytes: received, latency_ms: ms }) =>
        `  ${server}: ${groupDigits(requests)} requests, ${failed} failed, ${refused} refused, ${ms.p50.toFixed(1)} ms (p90 ${ms.p90.toFixed(1)}, p99 ${ms.p99.toFixed(1)}), ${roughSize(sent)} sent, ${roughSize(received)} received`,
    ),
    ...(traffic ?? []).map((one) => `  ${one.place}: ${trafficText(one, seconds)}`),
    `  processor ${cpu.toFixed(2)} s in ${seconds.toFixed(2)} s, ${pluralize(threads, 'thread')} beside the main one, which was late by ${delay.toFixed(0)} ms (p99)`,
    profile.bottleneck.sentence,
  ]
}

function percent(share: number): string {
  return `${String(Math.round(share * 100)).padStart(3)} %`
}

function seconds3(seconds: number): string {
  return `${seconds.toFixed(2)} s`.padStart(9)
}
