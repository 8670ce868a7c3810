import fc from 'fast-check'
import t from 'tap'
import { formatUnit, parseUnit } from '../../lib/core/units.ts'
import { ingestOptions } from '../../lib/job/ingest/options.ts'
import { type Layer, type LayerKind, resolveInput, resolveOptions } from '../../lib/options/options.ts'
import { flagText, optionTable } from '../../lib/options/table.ts'

const layer = (kind: LayerKind, values: Layer['values'], origin: string = kind): Layer => ({
  kind,
  origin,
  values,
})

const named = layer('code', { collection: 'c' })

t.test('the first layer that speaks of an option decides, and its origin is kept', async (t) => {
  const { options, origins } = resolveOptions(ingestOptions, [
    layer('flag', { batchSize: '10' }, '--'),
    layer('environment', { batchSize: '20', workers: '3' }, 'env'),
    layer('file', { batchSize: 30, workers: 4, strict: true, collection: 'c' }, 'project.yaml'),
    layer('file', { collection: 'd', maxErrors: 5 }, 'user.yaml'),
  ])
  t.match(options, { batchSize: 10, workers: 3, strict: true, collection: 'c', maxErrors: '5' })
  t.match(origins, { batchSize: '--', workers: 'env', strict: 'project.yaml', collection: 'project.yaml' })
  t.match(origins, { maxErrors: 'user.yaml', batchBytes: 'default' })
})

t.test('what nobody gives has its default, and layers are left as they were', async (t) => {
  const input = Object.freeze({ collection: 'c' })
  const options = resolveInput(ingestOptions, input)
  t.match(options, { collection: 'c', batchSize: 500, skipUnchanged: true, create: true, dryRun: false })
  t.notOk('tenant' in options)
})

t.test(
  'sizes and durations are written with their unit, and counted in bytes and milliseconds',
  async (t) => {
    const values = { batchBytes: '2MiB', retryForMs: '90s' }
    t.match(resolveOptions(ingestOptions, [layer('flag', values), named]).options, {
      batchBytes: 2 * 1024 * 1024,
      retryForMs: 90_000,
    })
    t.match(resolveInput(ingestOptions, { collection: 'c', batchBytes: 4096, retryForMs: 5 }), {
      batchBytes: 4096,
      retryForMs: 5,
    })
    t.equal(resolveOptions(ingestOptions, [layer('flag', { retryForMs: '0' }), named]).options.retryForMs, 0)
  },
)

t.test('what will not do is refused in the words it was written in, with what would do', async (t) => {
  const cases: [Layer, string, RegExp][] = [
    [layer('flag', { batchBytes: '64' }), '--batch-bytes 64 is not valid', /a unit is needed: .*64MiB/],
    [layer('environment', { retryForMs: '30' }), 'ELYSIACTL_RETRY_FOR=30 is not valid', /unit.*30s/],
    [layer('file', { batchBytes: 64 }, 'f.yaml'), 'batch_bytes: 64 in f.yaml is not valid', /unit/],
    [layer('flag', { batchBytes: '1TB' }), '--batch-bytes 1TB is not valid', /1KiB to 64MiB/],
    [layer('flag', { retryForMs: 'soon' }), '--retry-for soon is not valid', /30s/],
    [layer('flag', { batchSize: '0' }), '--batch-size 0 is not valid', /1 to 10000/],
    [layer('flag', { batchSize: '1.5' }), '--batch-size 1.5 is not valid', /whole number/],
    [layer('flag', { tenantBy: 'path' }), '--tenant-by path is not valid', /repo/],
    [layer('flag', { maxErrors: '5 %' }), '--max-errors 5 % is not valid', /N\|P%/],
    [layer('file', { strict: 'yes' }, 'f.yaml'), 'strict: yes in f.yaml is not valid', /true or false/],
    [layer('file', { contentRoot: ['a'] }, 'f.yaml'), 'content_root: a in f.yaml is not valid', /text/],
  ]
  for (const [wrong, message, hint] of cases) {
    t.throws(
      () => resolveOptions(ingestOptions, [wrong, named]),
      { code: 'ELYSIA_USAGE', message, hint },
      message,
    )
  }
})

t.test('an unknown option is refused and the nearest is named', async (t) => {
  const input = { collection: 'c', batchsize: 5 } as { collection: string }
  t.throws(() => resolveInput(ingestOptions, input), { message: /batchsize/, hint: /batchSize/ })
  t.throws(() => resolveOptions(ingestOptions, [layer('flag', { zzzz: 1 }), named]), { code: 'ELYSIA_USAGE' })
})

t.test('a missing option that has no default says how it can be given', async (t) => {
  t.throws(() => resolveOptions(ingestOptions, []), {
    code: 'ELYSIA_USAGE',
    message: '--collection is missing',
    hint: /ELYSIACTL_COLLECTION/,
  })
})

t.test('a size or duration that is shown reads back as the same number', async (t) => {
  const unit = fc.constantFrom('bytes' as const, 'milliseconds' as const)
  fc.assert(
    fc.property(
      fc.nat(2 ** 31),
      unit,
      (value, which) => parseUnit(formatUnit(value, which), which) === value,
    ),
  )
  t.equal(formatUnit(8 * 1024 * 1024, 'bytes'), '8MiB')
  t.equal(formatUnit(120_000, 'milliseconds'), '2m')
  t.equal(parseUnit('1GB', 'bytes'), 1e9)
  for (const text of ['', ' ', 'x', '-', 'MiB', '1 parsec'])
    t.equal(parseUnit(text, 'bytes'), undefined, text)
})

t.test('the table for SPEC.md has a row for each option', async (t) => {
  const table = optionTable(ingestOptions)
  for (const [key, option] of Object.entries(ingestOptions.properties)) {
    t.ok(table.includes(flagText(key, option).replaceAll('|', '\\|')), key)
  }
  t.match(table, '`-j, --workers auto\\|N`')
  t.match(table, '`ELYSIACTL_RETRY_FOR` | `retry_for` | 2m')
  t.match(table, '`--no-skip-unchanged`')
})

t.test('`workers: auto` of a configuration holds for every job that has workers', async (t) => {
  const jobs = [
    (await import('../../lib/job/backup/options.ts')).backupOptions,
    (await import('../../lib/job/copy/options.ts')).copyOptions,
    (await import('../../lib/job/diff/options.ts')).diffOptions,
    (await import('../../lib/job/ingest/options.ts')).ingestOptions,
    (await import('../../lib/job/migrate/options.ts')).migrateOptions,
    (await import('../../lib/job/restore/options.ts')).restoreOptions,
    (await import('../../lib/job/verify/options.ts')).verifyOptions,
  ] as const
  for (const job of jobs) {
    const collection = 'collection' in job.properties ? { collection: 'c' } : {}
    const { options } = resolveOptions(job, [
      { kind: 'file', origin: 'f', values: { ...collection, workers: 'auto' } },
    ])
    t.type((options as { readonly workers: number }).workers, 'number', job.name)
  }
})
