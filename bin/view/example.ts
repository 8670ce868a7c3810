import type { ColouredLine } from '../cli/console.ts'
import { type ExampleResult, exactJson, type Json } from '../library.ts'

/** A failed example: its place, then the expected and the actual result. */
export function exampleLines(
  file: string,
  { line, column, name, differences }: ExampleResult,
): ColouredLine[] {
  if (differences.length === 0) return []
  const place = `${file}:${line}:${column}`
  return [
    { text: name === undefined ? place : `${place}  ${name}` },
    ...differences.flatMap(({ what, expected, got }): ColouredLine[] => [
      { text: `  ${what}` },
      { text: `  - ${valueText(expected)}`, colour: 'red' },
      { text: `  + ${valueText(got)}`, colour: 'green' },
    ]),
  ]
}

function valueText(value: Json | undefined): string {
  return value === undefined ? '(nothing)' : exactJson(value)
}
