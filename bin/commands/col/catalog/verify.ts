import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { archiveNamed, namedRoot, useCatalog } from '../../../cli/catalog.ts'
import { affectedArchives, affectedText } from '../../../cli/chain/affected.ts'
import { archiveFinder } from '../../../cli/chain/finder.ts'
import { lockedWithBases, lockRead } from '../../../cli/chain/locks.ts'
import type { Command, Context } from '../../../cli/command.ts'
import { EXIT } from '../../../cli/exit.ts'
import { withHistory } from '../../../history.ts'
import {
  catalogOptions,
  damageIn,
  ElysiaError,
  type JobResult,
  lockOptions,
  type OptionsSchema,
  type VerifyContext,
  type VerifyReport,
  verifyJob,
  verifyOptions,
} from '../../../library.ts'
import { retryOptions } from '../../../openOptions.ts'
import { eventView } from '../../../view/events.ts'
import { progressView } from '../../../view/progress.ts'
import { damagedArchives, damageText, verificationText } from '../../../view/verification.ts'
import { accessOptions } from './access.ts'

const whichOptions = {
  type: 'object',
  name: 'verifyChoice',
  title: 'Selection options',
  description: 'Which archives to verify, and what with.',
  properties: {
    all: {
      type: 'boolean',
      description: 'every complete archive of the catalog',
      default: false,
      flagOnly: true,
    },
    against: {
      type: 'string',
      kind: 'target',
      description: 'the store to compare with at level live: as --target has it, a name too',
      placeholder: 'TARGET',
      flagOnly: true,
    },
    name: {
      type: 'string',
      description: 'the class there, if its name differs',
      placeholder: 'NAME',
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** `col catalog verify`: compares archives with their manifests. */
export const command: Command = {
  records: 'verify',
  summary: 'check archives against their manifests, byte by byte or object by object',
  alsoKnownAs: ['check'],
  operands: [{ name: 'ID|DIR|FILE', kind: 'archive', optional: true, many: true }],
  usage: 'ID|DIR|FILE… | --all',
  examples: [
    'elysiactl col catalog verify --all --level exists',
    'elysiactl col catalog verify /backups/article --level records',
    'elysiactl col catalog verify 20261125t1003 --sample 1/7',
    'elysiactl col catalog verify 20261125t1003 --level live --against http://localhost:8080',
  ],
  schemas: [verifyOptions, whichOptions, accessOptions, lockOptions, catalogOptions],
  document: 'verifications',
  exits: ['damage', 'notFound', 'locked', 'unreachable'],
  docs: 'docs/archives.md',
  run,
}

interface Chosen {
  readonly id?: string
  readonly location: string
  readonly shape: 'directory' | 'file'
  readonly root: string
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const options = context.options(verifyOptions)
  const { against, name } = context.options(whichOptions)
  if ((options.level === 'live') !== (against !== undefined)) {
    throw new ElysiaError('ELYSIA_USAGE', '--level live and --against need each other', {
      hint: 'elysiactl col catalog verify ID --level live --against http://localhost:8080',
    })
  }
  const chosen = await choose(context)
  if (chosen.length === 0) {
    throw new ElysiaError('ELYSIA_NOT_FOUND', 'there is no complete archive to verify', {
      hint: '`elysiactl col catalog list` shows what there is; `… rebuild DIR` adds those in a directory',
    })
  }
  const target =
    against === undefined
      ? undefined
      : await context.readTarget(
          { address: against, flag: '--against' },
          retryOptions(context, options.retryForMs),
        )
  const compared: VerifyContext =
    target === undefined ? {} : { against: { store: target.store, ...(name !== undefined && { name }) } }
  const reports: VerifyReport[] = []
  const failure = await withHistory(eventView(console), async (history) => {
    for (const one of chosen) {
      const { report, error } = await verifyOne(context, history, one, compared)
      reports.push(report)
      if (error !== undefined) return error
    }
    return undefined
  })
  if (failure === undefined) context.done()
  if (console.json) await console.document({ verifications: reports })
  else for (const report of reports) console.note(verificationText(report))
  if (failure !== undefined) throw failure
  const damaged = reports.filter(({ status }) => status === 'damaged')
  for (const archive of damagedArchives(damaged)) {
    const text = affectedText(archive, await affectedArchives(context, archive))
    if (text !== undefined) console.warn(text)
  }
  if (damaged.length > 0) context.fail(EXIT.damage, damageText(damaged, reports.length))
}

/** Archives by path, by id, or all of them. */
async function choose(context: Context): Promise<Chosen[]> {
  const { all } = context.options(whichOptions)
  if (all !== context.operands.length > 0) {
    const { rootOf } = await verifyJob()
    const below = namedRoot(context)
    return useCatalog(context, (catalog) => {
      if (all) return catalog.list({ status: ['complete'], ...(below !== undefined && { below }) })
      return context.operands.map((operand) => {
        if (!existsSync(operand)) return archiveNamed(catalog, operand)
        const location = resolve(operand)
        const shape = statSync(location).isDirectory() ? 'directory' : 'file'
        const known = catalog.at(location)
        return { location, shape, root: rootOf(location, catalog.roots()), ...(known && { id: known.id }) }
      })
    })
  }
  throw new ElysiaError('ELYSIA_USAGE', all ? '--all takes no operands' : 'no archive is named', {
    hint: 'elysiactl col catalog verify ID, or --all; `col catalog list` lists them',
  })
}

async function verifyOne(
  context: Context,
  history: VerifyContext,
  { id, location, shape, root }: Chosen,
  against: VerifyContext,
): Promise<JobResult<VerifyReport>> {
  const { runVerify, runVerifySingle, directoryStorage } = await verifyJob()
  const { signal } = context
  const options = context.options(verifyOptions)
  const purpose = `verification of ${location}`
  const own = await lockRead(context, root === '' ? dirname(location) : root, purpose)
  const lock = await lockedWithBases(context, own, location, purpose)
  const view = await progressView(context)
  const jobContext = {
    signal: AbortSignal.any([signal, lock.lost]),
    ...view.looks,
    findArchive: await archiveFinder(context),
    ...against,
    ...history,
  }
  try {
    const ended =
      shape === 'file'
        ? await runVerifySingle(location, options, jobContext)
        : await runVerify(directoryStorage(location), options, jobContext)
    await record(context, id, ended.report, shape === 'file' ? undefined : options.sample)
    return ended
  } finally {
    view.stop()
    await lock.release()
  }
}

/**
 * Records a verification, that of a damaged base as well: its other increments are affected, too, and no new one may be
 * based on them.
 */
async function record(
  context: Context,
  id: string | undefined,
  report: VerifyReport,
  sample: string | undefined,
): Promise<void> {
  const { status, level, faults } = report
  if (status !== 'complete' && status !== 'damaged') return
  const note = noteOf(report, sample)
  await useCatalog(context, async (catalog) => {
    if (id !== undefined) await catalog.recordVerification(id, note)
    for (const [base, found] of Map.groupBy(faults, (fault) => fault.base)) {
      if (base === undefined || base === id) continue
      const ofFiles = level === 'live' ? 'records' : level
      await catalog.recordVerification(base, { ...note, level: ofFiles, errors: found.length })
    }
    const damage = id === undefined || !note.ok ? undefined : damageIn(catalog.verifications(id))
    if (damage !== undefined) context.console.warn(stillDamagedText(id!, damage.level))
  })
}

/** Something deeper found damage, which this verification did not look for. */
function stillDamagedText(id: string, level: string): string {
  return `${id} still counts as damaged, as was found at level ${level}: elysiactl col catalog verify ${id} --level ${level}`
}

function noteOf({ level, status, num_errors }: VerifyReport, sample: string | undefined) {
  const time = new Date().toISOString()
  return {
    level,
    time,
    ok: status === 'complete',
    errors: num_errors,
    ...(sample !== undefined && { sample }),
  }
}
