import type { StoreSurvey, SurveyedCollection } from '../../store/survey.ts'
import type { HealthFinding } from './report.ts'
import { clockFact, MOST_CLOCK_DIFFERENCE_MS } from './requirements.ts'

const stop = (fact: string): HealthFinding => ({ level: 'stop', fact })
const warning = (fact: string): HealthFinding => ({ level: 'warning', fact })
/** Everything is there, but on fewer nodes than it should be. */
const fewer = (fact: string): SurveyFinding => ({ ...warning(fact), fewer: true })

interface SurveyFinding extends HealthFinding {
  readonly fewer?: true
}

/**
 * What endangers objects that were just written: everything that stops a job, and, unless the user accepted it
 * (`degraded`), missing nodes and copies.
 */
export function dangersIn(target: string, survey: StoreSurvey, degraded: boolean): HealthFinding[] {
  return surveyFindings(target, survey, undefined)
    .filter((one) => one.level === 'stop' || one.fewer)
    .map(({ level, fact }) => ({ level: degraded ? level : 'stop', fact }))
}

/** What is wrong according to a survey, worst first. */
export function findingsOf(
  target: string,
  survey: StoreSurvey,
  clockMs: number | undefined,
): HealthFinding[] {
  return surveyFindings(target, survey, clockMs).map(({ level, fact }) => ({ level, fact }))
}

function surveyFindings(target: string, survey: StoreSurvey, clockMs: number | undefined): SurveyFinding[] {
  const findings = [
    ...ofNodes(survey),
    ...survey.collections.flatMap(ofCollection),
    ...(survey.inStep === false ? [stop('the schema is not the same on all nodes')] : []),
    ...survey.missingRights.map(stop),
    ...(clockMs !== undefined && clockMs > MOST_CLOCK_DIFFERENCE_MS
      ? [stop(clockFact(target, clockMs))]
      : []),
  ]
  return findings.toSorted((a, b) => Number(a.level === 'warning') - Number(b.level === 'warning'))
}

function ofNodes({ addresses, nodes }: StoreSurvey): SurveyFinding[] {
  const versions = new Set(nodes.flatMap(({ version }) => version ?? []))
  return [
    ...addresses.filter(({ live }) => !live).map(({ address }) => warning(`${address} does not answer`)),
    ...addresses
      .filter(({ live, ready }) => live && !ready)
      .map(({ address }) => warning(`${address} answers, and is not ready`)),
    ...nodes
      .filter(({ status }) => status !== 'HEALTHY' && status !== 'UP')
      .map(({ name, status }) => fewer(`the node ${name} is ${status}`)),
    ...nodes
      .filter(({ readOnly }) => readOnly)
      .map(({ name }) => stop(`the node ${name} is read-only; a disk that is nearly full makes it so`)),
    ...(versions.size > 1
      ? [warning(`nodes have different versions: ${[...versions].sort().join(', ')}`)]
      : []),
  ]
}

function ofCollection(collection: SurveyedCollection): SurveyFinding[] {
  const { name, shards, outOfReach, readOnly, copies, copiesWanted } = collection
  const of = `of ${shards} shards of ${name}`
  const findings: SurveyFinding[] = []
  if (outOfReach > 0)
    findings.push(stop(`${outOfReach} ${of} are on nodes that are down: their objects are out of reach`))
  if (readOnly > 0)
    findings.push(stop(`${readOnly} ${of} are read-only; a disk that is nearly full makes them so`))
  if (copies !== undefined && copiesWanted !== undefined && copies < copiesWanted)
    findings.push(fewer(`a shard of ${name} has ${copies} of ${copiesWanted} copies`))
  return findings
}
