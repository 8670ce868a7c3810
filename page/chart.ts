// Charts: only this module imports their package.
import uPlot from 'uplot'
import { html, useEffect, useRef, type VNode } from './preact.ts'

/** A line of a chart: a value for each time, or null. */
export interface Line {
  readonly name: string
  readonly values: readonly (number | null)[]
  /** `main` is a solid line, `bad` only points, `expected` a dashed line. */
  readonly look: 'main' | 'bad' | 'expected'
}

interface ChartFacts {
  /** What the chart shows, as a sentence for those who cannot see it. */
  readonly label: string
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[]
  readonly lines: readonly Line[]
  /** Formats a value. */
  readonly say: (value: number) => string
  /** The allowed distances between marks, which look round as text; tens by default. */
  readonly steps?: readonly number[]
}

/** The distances between marks of an axis of bytes: powers of two. */
export const SIZE_STEPS: readonly number[] = Array.from({ length: 50 }, (_, power) => 2 ** power)
/** The distances between marks of a time axis, in seconds: a millisecond to four days. */
export const TIME_STEPS: readonly number[] = [
  ...[0.001, 0.01, 0.1, 1, 2, 5, 10, 15, 20, 30],
  ...[1, 2, 5, 10, 15, 20, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12, 24, 48, 96].map((hours) => hours * 3600),
]

const HEIGHT = 150

/** Draws when it is first visible, and again when its width or the theme changes. */
export function Chart(facts: ChartFacts): VNode {
  const place = useRef<HTMLDivElement>(null)
  const text = JSON.stringify([facts.times, facts.lines])
  useEffect(() => {
    const element = place.current!
    let plot: uPlot | undefined
    const draw = () => {
      plot?.destroy()
      plot = new uPlot(optionsOf(facts, element), dataOf(facts), element)
    }
    const theme = matchMedia('(prefers-color-scheme: dark)')
    const onTheme = () => plot !== undefined && draw()
    theme.addEventListener('change', onTheme)
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      seen.disconnect()
      draw()
    })
    seen.observe(element)
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }))
    resized.observe(element)
    return () => {
      theme.removeEventListener('change', onTheme)
      seen.disconnect()
      resized.disconnect()
      plot?.destroy()
    }
  }, [text])
  return html`<div class="chart" ref=${place} role="img" aria-label=${facts.label}></div>` as VNode
}

function dataOf({ times, lines }: ChartFacts): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])] as uPlot.AlignedData
}

function optionsOf({ lines, say, steps }: ChartFacts, element: HTMLElement): uPlot.Options {
  const color = (name: string) => getComputedStyle(element).getPropertyValue(`--${name}`).trim()
  const [ink, line] = [color('muted'), color('line')]
  const axis = {
    stroke: ink,
    font: '12px system-ui, sans-serif',
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, least, most) => [Math.min(0, least), most > 0 ? most * 1.1 : 1] } },
    axes: [
      { ...axis, size: 28, space: 70, grid: { show: false }, values: (_, splits) => dayNames(splits) },
      {
        ...axis,
        size: 74,
        space: 30,
        ...(steps !== undefined && { incrs: [...steps] }),
        values: (_, splits) => splits.map(say),
      },
    ],
    series: [{}, ...lines.map((one) => seriesOf(one, color))],
  }
}

/** Days, and times of the day if marks are closer. */
function dayNames(splits: readonly number[]): string[] {
  const isClose = splits.length > 1 && splits[1]! - splits[0]! < 86_400
  return splits.map((seconds) => {
    const date = new Date(seconds * 1000)
    return isClose && (date.getHours() !== 0 || date.getMinutes() !== 0)
      ? date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
      : date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  })
}

function seriesOf({ look, name }: Line, color: (name: string) => string): uPlot.Series {
  if (look === 'bad') {
    const red = color('fault')
    return {
      label: name,
      stroke: red,
      paths: () => null,
      points: { show: true, size: 7, stroke: red, fill: red },
    }
  }
  const accent = color('accent')
  if (look === 'expected')
    return { label: name, stroke: accent, width: 2, dash: [4, 4], points: { show: false } }
  return {
    label: name,
    stroke: accent,
    width: 2,
    spanGaps: true,
    fill: color('tint'),
    points: { show: true, size: 4, stroke: accent, fill: accent },
  }
}
