import { type Archive, openArchive } from '../../archive/archive.ts'
import { type Chain, isIncrement, openChain } from '../../archive/chain/chain.ts'
import { chainObjects } from '../../archive/chain/objects.ts'
import { JOURNAL_FILE, MANIFEST_COPY_FILE, MANIFEST_FILE } from '../../archive/files.ts'
import type { Manifest } from '../../archive/manifest.ts'
import { archiveObjects } from '../../archive/part/objects.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { toThousandths } from '../../core/units.ts'
import { resolveInput } from '../../options/options.ts'
import { failureOf } from '../../run/failure.ts'
import { type JobResult, Run, type RunEnding, runJob } from '../../run/run.ts'
import { checkBases, checkState } from './chain.ts'
import { checkFiles } from './files.ts'
import { Findings } from './findings.ts'
import { liveFaults } from './live.ts'
import { type VerifyOptionsInput, verifyOptions } from './options.ts'
import type { VerifyContext, VerifyReport } from './report.ts'
import { endStatus, entryOf, verifyCounts, verifyFacts } from './row.ts'

/**
 * Checks an archive against its manifest: each level checks everything that the one before it does. For an increment it
 * also checks all its bases, and from `records` on, that together they give the state that the increment names. Faults
 * are collected, not thrown. `live` compares each range, by count and digest, with the current content of a store.
 * @throws ElysiaError ELYSIA_NOT_FOUND if there is no archive, and the error that kept the store from being read
 */
export async function verify(
  storage: Storage,
  input: VerifyOptionsInput,
  context: VerifyContext = {},
): Promise<VerifyReport> {
  const { report, error } = await runVerify(storage, input, context)
  if (error !== undefined) throw error
  return report
}

/**
 * As `verify`, but also resolves with the report if the verification failed or was interrupted.
 * @throws ElysiaError only if it could not begin: options, no archive
 */
export async function runVerify(
  storage: Storage,
  input: VerifyOptionsInput,
  context: VerifyContext = {},
): Promise<JobResult<VerifyReport>> {
  const options = resolveInput(verifyOptions, input)
  const run = new Run('verify', context)
  const findings = new Findings(options)
  const archive = await openUnlessMissing(storage, findings)
  const work = async () => {
    run.begin(entryOf(storage.text, archive?.manifest, context))
    if (archive !== undefined) await check(archive, findings, run)
  }
  return runJob(run, work, {
    report: (ending) => reportOf(storage, archive?.manifest, findings, ending),
    counts: verifyCounts,
    facts: verifyFacts,
  })
}

async function check(archive: Archive, findings: Findings, run: Run<VerifyContext>): Promise<void> {
  const { level, retryForMs } = findings.options
  const { against } = run.context
  const chain = isIncrement(archive.manifest) ? await chainOf(archive, findings, run) : undefined
  findings.due = (chain?.links ?? [archive]).reduce((sum, { manifest }) => sum + manifest.parts.length, 0)
  await checkFiles(archive, findings, run)
  if (chain !== undefined) await checkBases(chain, findings, run)
  const isDeep = level === 'records' || level === 'live'
  if (!isDeep || findings.full || (isIncrement(archive.manifest) && findings.faults.length > 0)) return
  const manifest = chain === undefined ? archive.manifest : await checkState(chain, findings, run)
  if (level !== 'live' || against === undefined || findings.full) return
  const archived = chain === undefined ? archiveObjects(archive) : chainObjects(chain)
  const { faults, expired } = await liveFaults(manifest, against, archived, run, retryForMs)
  findings.expired = expired
  for (const { fact, ids } of faults)
    findings.add({ file: MANIFEST_FILE, fact, part: false, ...(ids.length > 0 && { ids }) })
}

/** An increment with its bases; undefined if one of them is missing, or is another one: that is a fault. */
async function chainOf(
  archive: Archive,
  findings: Findings,
  { context }: Run<VerifyContext>,
): Promise<Chain | undefined> {
  let chain: Chain | undefined
  await findings.of(async () => {
    chain = await openChain(archive, context.findArchive ?? (async () => undefined))
  })
  return chain
}

async function openUnlessMissing(storage: Storage, findings: Findings): Promise<Archive | undefined> {
  if (
    (await storage.bytes(MANIFEST_FILE)) === undefined &&
    (await storage.bytes(JOURNAL_FILE)) === undefined
  ) {
    if ((await storage.bytes(MANIFEST_COPY_FILE)) === undefined) return openArchive(storage)
  }
  let archive: Archive | undefined
  await findings.of(async () => {
    archive = await openArchive(storage)
  })
  return archive
}

function reportOf(
  storage: Storage,
  manifest: Manifest | undefined,
  findings: Findings,
  ending: RunEnding,
): VerifyReport {
  const { faults } = findings
  const broken = [...new Set(faults.filter(({ part }) => part).map(({ file }) => file))].sort()
  return {
    id: ending.id,
    archive: manifest?.id ?? '',
    location: storage.text,
    level: findings.options.level,
    status: ending.error === undefined ? statusOf(manifest, findings) : endStatus(ending),
    parts: findings.due || (manifest?.parts.length ?? 0),
    parts_checked: findings.parts,
    objects_checked: findings.objects,
    bytes_checked: findings.bytes,
    num_errors: faults.length,
    broken_parts: broken,
    faults,
    ...(findings.expired > 0 && { expired: findings.expired }),
    stopped: findings.full,
    ...(broken.length > 0 && { suggested_command: `elysiactl col restore ${storage.text} --skip-damaged` }),
    started_at: ending.startedAt,
    seconds: toThousandths(ending.seconds),
    ...(ending.error !== undefined && { error: failureOf(ending.error) }),
  }
}

function statusOf(manifest: Manifest | undefined, { faults, parts }: Findings): VerifyReport['status'] {
  if (faults.length > 0) return 'damaged'
  return parts === 0 && (manifest?.parts.length ?? 0) > 0 ? 'unchecked' : 'complete'
}
