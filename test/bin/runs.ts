import { nextPoint } from '../runs.ts'

/** Of cases that are alike about half, others at each run of the suite; all where the environment asks for more runs. */
export function some<Case>(cases: readonly Case[]): Case[] {
  const chosen: Case[] = []
  for (let at = nextPoint(-1); at < cases.length; at = nextPoint(at)) chosen.push(cases[at]!)
  return chosen
}
