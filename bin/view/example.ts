import type { ColoredLine } from '../cli/console.ts'
import { type ExampleResult, exactJson, type Json } from '../library.ts'

/** A failed example: its place, then the expected and the actual result. */
export function exampleLines(
  file: string,
  { line, column, name, differences }: ExampleResult,
): ColoredLine[] {
  if (differences.length === 0) return []
  const place = `${file}:${line}:${column}`
  return [
    { text: name === undefined ? place : `${place}  ${name}` },
    ...differences.flatMap(({ what, expected, got }): ColoredLine[] => [
      { text: `  ${what}` },
      { text: `  - ${valueText(expected)}`, color: 'red' },
      { text: `  + ${valueText(got)}`, color: 'green' },
    ]),
  ]
}

function valueText(value: Json | undefined): string {
  return value === undefined ? '(nothing)' : exactJson(value)
}
