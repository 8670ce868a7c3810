import { readFile, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { EXIT, EXIT_MEANINGS, exitOf } from '../bin/cli/exit.ts'
import { allSchemas } from '../bin/cli/registry.ts'
import { COMMANDS } from '../bin/commands/table.ts'
import { ERROR_CODES } from '../lib/core/errors.ts'
import { REJECT_CODES } from '../lib/core/reject.ts'
import { COPY_REPORT } from '../lib/job/copy/report.ts'
import { DELETE_REPORT } from '../lib/job/delete/report.ts'
import { DIFF_REPORT } from '../lib/job/diff/report.ts'
import { MIGRATE_REPORT } from '../lib/job/migrate/report.ts'
import { RESTORE_REPORT } from '../lib/job/restore/report.ts'
import { ROLLBACK_REPORT } from '../lib/job/rollback/report.ts'
import { METRICS } from '../lib/monitor/metrics/metric.ts'
import { optionTable } from '../lib/options/table.ts'
import { CAPABILITIES } from '../lib/store/weaviate/cluster/capabilities.ts'
import type { RuleCause } from '../lib/transform/schema/rules/rule.ts'
import { RULES } from '../lib/transform/schema/rules/rules.ts'
import { type Heading, headingsOf } from './headings.ts'
import { MODULES } from './modules.ts'
import { eventTable, reportTable } from './schemas.ts'

export const SPEC_PAGE = new URL('../SPEC.md', import.meta.url)

/** The options of all commands, a table for each schema. */
export const OPTION_TABLES: Readonly<Record<string, () => string>> = Object.fromEntries(
  (await allSchemas(COMMANDS)).map((schema) => [schema.name, () => optionTable(schema)]),
)

const OTHER_TABLES: Readonly<Record<string, () => string>> = {
  diffReport: () => reportRows(DIFF_REPORT),
  restoreReport: () => reportRows(RESTORE_REPORT),
  copyReport: () => reportRows(COPY_REPORT),
  migrateReport: () => reportRows(MIGRATE_REPORT),
  rollbackReport: () => reportRows(ROLLBACK_REPORT),
  deleteReport: () => reportRows(DELETE_REPORT),
  metricList: metricTable,
  schemaRules: schemaRuleTable,
  errors: errorTable,
  events: eventTable,
  exits: exitTable,
  ingestReport: reportTable,
  rejects: rejectTable,
  modules: moduleTable,
  versions: versionTable,
}

function errorTable(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, meaning]) => `| \`${code}\` | ${meaning} | ${exitOf(code)} |`,
  )
  return ['| code | meaning | exit |', '|---|---|---|', ...rows].join('\n')
}

function exitTable(): string {
  const rows = Object.entries(EXIT).map(
    ([name, code]) => `| ${code} | ${EXIT_MEANINGS[name as keyof typeof EXIT]} |`,
  )
  return ['| exit | meaning |', '|---|---|', ...rows].join('\n')
}

function rejectTable(): string {
  const rows = Object.entries(REJECT_CODES).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  return ['| code | meaning |', '|---|---|', ...rows].join('\n')
}

function reportRows(fields: Readonly<Record<string, string>>): string {
  const rows = Object.entries(fields).map(([field, meaning]) => `| \`${field}\` | ${meaning} |`)
  return ['| field | meaning |', '|---|---|', ...rows].join('\n')
}

function metricTable(): string {
  const rows = Object.entries(METRICS).map(([name, { type, help, labels }]) => {
    return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`
  })
  return ['| metric | type | labels | what it says |', '|---|---|---|---|', ...rows].join('\n')
}

function versionTable(): string {
  const rows = Object.values(CAPABILITIES).map(
    ({ since, what, before }) => `| 1.${since} | ${what} | ${before} |`,
  )
  return ['| since | what | before |', '|---|---|---|', ...rows].join('\n')
}

const CAUSES: Readonly<Record<RuleCause, string>> = {
  asked: 'asked for',
  wording: 'other words',
  target: 'not there',
}

function schemaRuleTable(): string {
  const rows = RULES.map(({ name, cause, meaning }) => `| \`${name}\` | ${CAUSES[cause]} | ${meaning} |`)
  return ['| rule | why | what it changes |', '|---|---|---|', ...rows].join('\n')
}

function moduleTable(): string {
  const rows = Object.entries(MODULES).map(([room, { holds, sees }]) => {
    return `| \`${room}\` | ${holds} | ${sees.length === 0 ? 'nothing' : sees.map((name) => `\`${name}\``).join(', ')} |`
  })
  return ['| module | what it holds | what it imports |', '|---|---|---|', ...rows].join('\n')
}

/** The page with its contents, and each table between `<!-- table: NAME -->` and `<!-- end -->`, generated again. */
export function withTables(page: string): string {
  const filled = page.replace(
    /(<!-- table: ([\w ]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}${tableNamed(name).trimEnd()}\n${end}`,
  )
  return filled.replace(
    /(<!-- contents -->\n)[\s\S]*?(<!-- end -->)/,
    (_, begin: string, end: string) => `${begin}${contentsOf(filled)}\n${end}`,
  )
}

function tableNamed(name: string): string {
  const tables = [OPTION_TABLES[name], OTHER_TABLES[name]].filter((table) => table !== undefined)
  const [table] = tables
  if (table === undefined || tables.length > 1) throw new Error(`${tables.length} tables are named ${name}`)
  return table()
}

/** One line for each chapter, with links to its sections. */
function contentsOf(page: string): string {
  const headings = headingsOf(page)
  const chapters = headings.flatMap((heading, at) => (heading.depth === 2 ? [at] : []))
  return chapters
    .map((at, which) => {
      const sections = headings.slice(at + 1, chapters[which + 1]).filter(({ depth }) => depth === 3)
      return `- ${[headings[at]!, ...sections].map(link).join(' · ')}`
    })
    .join('\n')
}

function link({ title, anchor }: Heading): string {
  return `[${title}](#${anchor})`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await writeFile(SPEC_PAGE, withTables(await readFile(SPEC_PAGE, 'utf8')))
}
