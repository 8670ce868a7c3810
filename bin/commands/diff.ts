import { PassThrough } from 'node:stream'
import { archivePath, lockedForReading } from '../cli/archivePath.ts'
import { DamageNotes } from '../cli/chain/damage.ts'
import { archiveFinder } from '../cli/chain/finder.ts'
import type { Command, Context } from '../cli/command.ts'
import { EXIT } from '../cli/exit.ts'
import { LOCATOR, type ObjectLocator, parseLocator } from '../cli/locator.ts'
import { withHistory } from '../history.ts'
import {
  aliasText,
  type Close,
  catalogOptions,
  classNameOf,
  closingAfter,
  type DiffReport,
  type DiffSide,
  diffJob,
  diffOptions,
  type Finding,
  findNamed,
  type JobResult,
  lockOptions,
  type Retry,
  retryEvent,
  targetOptions,
} from '../library.ts'
import { retryOptions } from '../openOptions.ts'
import { differenceText, diffSummary } from '../view/diffSummary.ts'
import { eventView } from '../view/events.ts'
import { findingJson, findingLine } from '../view/finding.ts'
import { progressView } from '../view/progress.ts'

/** `diff`: compares two collections, wherever each of them is. */
export const command: Command = {
  records: 'diff',
  summary: 'compare two collections, archives or files, object by object',
  alsoKnownAs: ['compare'],
  operands: [
    {
      name: 'A',
      kind: 'collection',
      hint: 'elysiactl diff A B, each a collection, an archive or a file: see `elysiactl diff --help`',
    },
    {
      name: 'B',
      kind: 'collection',
      hint: 'elysiactl diff A B, each a collection, an archive or a file: see `elysiactl diff --help`',
    },
  ],
  usage: `A B   (each ${LOCATOR})`,
  examples: [
    'elysiactl diff Article latest:Article',
    'elysiactl diff http://localhost:8080#Article http://localhost:8081#Article',
    'elysiactl diff production/Article staging/Article --ids-only',
    'elysiactl diff /backups/article article.jsonl.zst --json',
    'elysiactl diff Article ArticleCopy --properties title,body --vector-tolerance 1e-6',
    `elysiactl diff Article latest:Article --filter "language = 'de'"`,
  ],
  schemas: [diffOptions, lockOptions, catalogOptions, targetOptions],
  document: 'diff',
  exits: ['rejects', 'damage', 'notFound', 'locked', 'unreachable', 'brokenPipe'],
  docs: 'docs/diff.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const [a = '', b = ''] = context.operands
  const places = [
    parseLocator(a, context.settings, console),
    parseLocator(b, context.settings, console),
  ] as const
  const { requireSelectable } = await diffJob()
  requireSelectable(context.options(diffOptions))
  const view = await progressView(context)
  const closers: Close[] = [view.stop]
  await closingAfter(closers, async () => {
    const [left, right] = await openBoth(context, places, closers)
    const ended = await withHistory(eventView(console), (history) =>
      printed(context, (output) => diffed(left, right, context, { ...history, output, ...view.looks })),
    )
    view.stop()
    const { report, error } = ended
    if (report.status === 'done') context.done()
    console.note(diffSummary(report))
    if (error !== undefined) throw error
    if (!report.is_equal) context.fail(EXIT.rejects, differenceText(report))
  })
}

async function diffed(
  left: DiffSide,
  right: DiffSide,
  context: Context,
  more: Parameters<Awaited<ReturnType<typeof diffJob>>['runDiff']>[3],
): Promise<JobResult<DiffReport>> {
  const { runDiff } = await diffJob()
  return runDiff(left, right, context.options(diffOptions), { signal: context.signal, ...more })
}

/** Objects that do not name their class belong to that of the other side, which is opened first. */
async function openBoth(
  context: Context,
  [a, b]: readonly [ObjectLocator, ObjectLocator],
  closers: Close[],
): Promise<readonly [DiffSide, DiffSide]> {
  if (a.kind === 'archive' && b.kind === 'collection') {
    const right = await open(context, b, closers)
    return [await open(context, a, closers, right), right]
  }
  const left = await open(context, a, closers)
  return [left, await open(context, b, closers, left)]
}

async function open(
  context: Context,
  place: ObjectLocator,
  closers: Close[],
  other?: DiffSide,
): Promise<DiffSide> {
  const side =
    place.kind === 'archive'
      ? await openSideOf(context, place.named, closers, other)
      : await live(context, place)
  closers.push(() => side.close())
  return side
}

async function live(
  context: Context,
  { name, target }: Extract<ObjectLocator, { kind: 'collection' }>,
): Promise<DiffSide> {
  const { storeSide, retryUntilDeadline } = await diffJob()
  const { signal, console } = context
  const { retryForMs: forMs } = context.options(diffOptions)
  const { store } = await context.readTarget(
    target === undefined ? undefined : { address: target, flag: 'operand' },
    retryOptions(context, forMs),
  )
  const onRetry = (retry: Retry) => eventView(console)(retryEvent(retry))
  const retry = retryUntilDeadline({ forMs, signal, onRetry })
  const { schema, alias } = await retry(() => findNamed(store, classNameOf(name)))
  if (alias !== undefined) console.note(aliasText(alias, schema.class))
  return storeSide(store, schema.class, retry)
}

async function openSideOf(
  context: Context,
  named: string,
  closers: Close[],
  other: DiffSide | undefined,
): Promise<DiffSide> {
  const { openSide } = await diffJob()
  const path = await archivePath(context, named)
  const lock = await lockedForReading(context, path, `comparison with ${path}`)
  const damage = new DamageNotes(context, path)
  closers.push(damage.note)
  if (lock !== undefined) closers.push(() => lock.release())
  return openSide(path, {
    ...(other !== undefined && { className: other.schema.class }),
    onEvent: eventView(context.console),
    findArchive: await archiveFinder(context),
    onDamage: damage.add,
  })
}

/** Prints findings as they are found; if their reader goes away, that ends it. */
async function printed(
  { console }: Context,
  work: (output: PassThrough) => Promise<JobResult<DiffReport>>,
): Promise<JobResult<DiffReport>> {
  const output = new PassThrough({ objectMode: true, highWaterMark: 1 })
  const working = work(output).catch((error) => {
    output.destroy(error)
    throw error
  })
  const printing = console.json
    ? console.printJson(documentOf(output, working))
    : console.print(linesOf(output))
  const unprinted = printing.then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error,
  )
  const [error] = await Promise.all([unprinted, working.catch(() => {})])
  if (error?.code === 'EPIPE') throw error
  return working
}

async function* linesOf(pages: AsyncIterable<readonly Finding[]>): AsyncGenerator<string> {
  for await (const page of pages) for (const finding of page) yield findingLine(finding)
}

/** One document: the findings, a line each, as they come, and then the report. */
async function* documentOf(
  pages: AsyncIterable<readonly Finding[]>,
  working: Promise<JobResult<DiffReport>>,
): AsyncGenerator<string> {
  yield '{"findings":['
  let isFirst = true
  try {
    for await (const page of pages) {
      yield page.map((finding, at) => `${isFirst && at === 0 ? '' : ','}\n${findingJson(finding)}`).join('')
      isFirst = false
    }
  } catch {
    // The report contains the error.
  }
  const { report } = await working
  yield `\n],${JSON.stringify(report).slice(1)}\n`
}
