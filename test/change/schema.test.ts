import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import t from 'tap'
import type { Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkRecord } from '../../lib/change/check.ts'
import { ChangeSchema, ChangesetRecord, FileChange } from '../../lib/change/record.ts'
import { type RejectLine, RejectSchema } from '../../lib/change/rejectSchema.ts'
import type { Json, JsonObject } from '../../lib/core/object.ts'
import type { Report } from '../../lib/core/report.ts'
import { ReportSchema } from '../../lib/run/reportSchema.ts'
import { schemaFiles } from '../../scripts/schemas.ts'
import { runs } from '../runs.ts'
import { examples, valuesOf } from './examples.ts'
import { recordLike } from './recordLike.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Fails to compile where the report and its schema part. */
export const reportsAreEqual: Equal<Static<typeof ReportSchema>, Report> = true

const ajv = new Ajv2020({ allErrors: false, allowUnionTypes: true, formats: { 'date-time': true } })

/** The same schema with the unknown fields refused, as `--strict` does. */
const strictSchema = {
  anyOf: [
    { ...FileChange, additionalProperties: false },
    {
      ...ChangesetRecord,
      additionalProperties: false,
      properties: {
        ...ChangesetRecord.properties,
        new_changeset: { ...ChangesetRecord.properties.new_changeset, additionalProperties: false },
      },
    },
  ],
}

const byAjv = ajv.compile(ChangeSchema)
const byAjvStrictly = ajv.compile(strictSchema)
const byTypebox = Compile(ChangeSchema)

/** The four verdicts on a record: they should be two pairs. */
function verdicts(value: JsonObject) {
  const loose = checkRecord(value) === undefined
  return {
    ours: { loose, strict: checkRecord(value, true) === undefined },
    ajv: { loose: byAjv(value), strict: byAjvStrictly(value) },
    typebox: byTypebox.Check(value) === loose,
  }
}

function agrees(value: JsonObject): boolean {
  const { ours, ajv, typebox } = verdicts(value)
  return ours.loose === ajv.loose && ours.strict === ajv.strict && typebox
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

t.test('the schema files of the package are those that the code generates', async (t) => {
  for (const [path, text] of schemaFiles()) {
    t.equal(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'), text, `${path}: npm run schemas`)
  }
})

t.test('the schema files are valid JSON Schema, draft 2020-12', async (t) => {
  for (const [path, text] of schemaFiles()) {
    const schema: JsonObject = JSON.parse(text)
    t.ok(ajv.validateSchema(schema), path)
    t.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema')
    for (const key of ['$id', 'title', 'description']) t.type(schema[key], 'string', key)
  }
})

const RUNS = runs(1000)

t.test('ajv, typebox and the check of the package agree on every example', async (t) => {
  for (const example of examples) {
    for (const value of valuesOf(example).filter(isObject)) {
      t.ok(agrees(value), `${example.file}: ${JSON.stringify(value).slice(0, 200)}`)
    }
  }
})

t.test('the schema alone finds every fault of the bad examples but those beyond its reach', async (t) => {
  const found = /invalid_value(-timestamp)?[.]|wrong_type|missing|unknown_op|nul_in_name|bad_base64/
  for (const example of examples.filter(({ file }) => file.startsWith('bad/') && found.test(file))) {
    for (const value of valuesOf(example)) t.notOk(byAjv(value), JSON.stringify(value))
  }
})

t.test('ajv, typebox and the check of the package agree on records made at random', async (t) => {
  let good = 0
  fc.assert(
    fc.property(recordLike, (value) => {
      if (checkRecord(value) === undefined) good++
      return agrees(value)
    }),
    { numRuns: RUNS },
  )
  t.ok(good > RUNS / 10, `${good} of ${RUNS} were in order`)
  t.ok(good < RUNS * 0.9, `${RUNS - good} of ${RUNS} were not`)
})

t.test('a report and a line of a rejects file fit their schemas', async (t) => {
  const isReject = ajv.compile(RejectSchema)
  const reject: RejectLine = { line: 1, code: 'not_json', reason: 'not JSON', record: '{' }
  t.ok(isReject(reject))
  t.ok(isReject({ ...reject, record: undefined, record_base64: '/w==', source: 'a.jsonl' }))
  t.notOk(isReject({ ...reject, record_base64: '/w==' }), 'one form of the record is enough')
  t.notOk(isReject({ line: 1, code: 'not_json', reason: 'not JSON' }), 'none is too few')
  t.notOk(isReject({ ...reject, code: 'broken' }), 'codes are a closed list')
  const isReport = ajv.compile(ReportSchema)
  t.ok(isReport(report))
  t.notOk(isReport({ ...report, lines: -1 }))
  t.notOk(isReport({ ...report, status: 'finished' }))
})

const report: Report = {
  id: '0198f0c0',
  status: 'done',
  collection: 'source-code',
  class: 'SourceCode',
  target: 'memory:',
  dry_run: false,
  continued_from_line: 0,
  lines: 3,
  blank: 1,
  records: 2,
  written: 1,
  deleted: 0,
  unchanged: 0,
  superseded: 0,
  skipped: { binary: 1 },
  rejected: {},
  control: 0,
  retries: 0,
  bytes: 120,
  started_at: '2026-01-01T00:00:00.000Z',
  seconds: 0.5,
  rate: 4,
  peak_rss_bytes: 5e7,
  commits: { ServiceA: '9fceb02' },
  error: { code: 'ELYSIA_STORE', message: 'the store failed' },
}

t.test('null is absent: a record with nulls for its optional fields is as good as one without', async (t) => {
  const optional = Object.keys(FileChange.properties).filter((name) => !['repo', 'op', 'path'].includes(name))
  const nulls = Object.fromEntries(optional.map((name): [string, Json] => [name, null]))
  const record = { repo: 'A', op: 'add', path: 'a', ...nulls }
  t.equal(checkRecord(record, true), undefined)
  t.ok(agrees(record))
})
