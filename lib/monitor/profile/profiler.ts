import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { StageObserver } from '../../core/channel/stages.ts'
import { toThousandths } from '../../core/units.ts'
import type { RunEvent } from '../../run/event/schema.ts'
import { RunTraffic } from '../history/traffic.ts'
import { PlaceMeter } from '../progress/places.ts'
import { bottleneckOf } from './bottleneck.ts'
import type { Profile, StageProfile } from './schema.ts'
import { type StageFigures, StageMeter } from './stageMeter.ts'
import { TargetMeter } from './targets.ts'

/** Measures stages, servers and the process, from its creation to `end`. */
export interface Profiler {
  /** Give this to the context of a run. */
  readonly stages: StageObserver
  /** Takes an event of a run that says what it waits for. */
  take(event: RunEvent): void
  /** Call this about once a second: it turns new traffic into a rate. */
  look(): void
  /** The profile so far. */
  profile(): Profile
  end(): void
}

const DELAY_RESOLUTION_MS = 10
const NS_A_MS = 1e6

/** Starts to measure. Memory: a histogram for each server, a few numbers for each stage. */
export function startProfiler(): Profiler {
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS })
  const stages = new StageMeter()
  const targets = new TargetMeter()
  const traffic = new RunTraffic(new PlaceMeter())
  let moved: Parameters<RunTraffic['added']>[0] = { hosts: [] }
  let threads = 0
  const onThread = () => {
    threads += 1
  }
  process.on('worker', onThread)
  delay.enable()
  return {
    stages,
    take(event) {
      if (event.type === 'stalled') moved = traffic.stalled(moved, event)
      else if (event.type === 'resumed' || event.type === 'run_ended') moved = traffic.resumed(moved)
    },
    look() {
      moved = traffic.added(moved)
    },
    profile() {
      const { user, system } = process.cpuUsage(cpu)
      const stageProfiles = stages.figures().map(stageProfile)
      const targetProfiles = targets.profiles()
      return {
        seconds: toThousandths((performance.now() - startedMs) / 1000),
        cpu_seconds: toThousandths((user + system) / 1e6),
        // The histogram includes its own waiting time.
        event_loop_delay_p99_ms: toThousandths(
          Math.max(0, delay.percentile(99) / NS_A_MS - DELAY_RESOLUTION_MS),
        ),
        threads,
        peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
        stages: stageProfiles,
        targets: targetProfiles,
        traffic: moved.traffic ?? [],
        bottleneck: bottleneckOf(stageProfiles, targetProfiles),
      }
    },
    end() {
      delay.disable()
      targets.close()
      traffic.close()
      process.off('worker', onThread)
    },
  }
}

/** Figures in seconds, with the share of its time in which the stage worked. */
export function stageProfile({ workedMs, cpuMs, heldMs, waitedMs, ...rest }: StageFigures): StageProfile {
  const allMs = workedMs + heldMs + waitedMs
  return {
    ...rest,
    worked_seconds: toThousandths(workedMs / 1000),
    cpu_seconds: toThousandths(cpuMs / 1000),
    waited_seconds: toThousandths(waitedMs / 1000),
    held_back_seconds: toThousandths(heldMs / 1000),
    busy: allMs === 0 ? 0 : Math.min(1, workedMs / allMs),
  }
}
