import { hostname } from 'node:os'
import Type, { type Static } from '../../core/typebox.ts'
import { TOOL } from '../../run/tool.ts'
import type { Rule } from './config/settings.ts'
import type { AlertState, Told } from './state/machine.ts'

const text = (description: string) => Type.String({ description })
const time = (description: string) => Type.String({ description: `${description} ISO 8601, UTC.` })
const optional = Type.Optional

/** What a sink is sent, as the generic webhook, the command and the file have it. */
export const AlertMessageSchema = Type.Object(
  {
    message_type: Type.Literal('alert'),
    id: text('The id of this message: one that comes twice has the same.'),
    status: Type.Enum(['firing', 'repeated', 'resolved', 'lapsed', 'test'], {
      description:
        'It begins; it still holds; it is well again; what it speaks of is too long ago to be told again; a test.',
    }),
    alert: text('The name of the rule.'),
    severity: Type.Enum(['fault', 'warning'], { description: 'How grave it is.' }),
    summary: text('A sentence: what is wrong, or was.'),
    kind: text('The job; empty where it is of none.'),
    collection: text('The collection; empty where it is of none.'),
    target: text('The store, without secrets; empty where it is of none.'),
    detail: text('An archive, or a directory; empty where it is of neither.'),
    episode: Type.Integer({ minimum: 0, description: 'How often this alert has begun of late.' }),
    since: time('Since when it holds.'),
    at: time('When this message was made.'),
    ends_at: time('When it may be taken for over if nothing more is heard.'),
    run: optional(text('The id of the run.')),
    error: optional(
      Type.Object({
        code: text('Its code.'),
        message: text('What happened.'),
        hint: optional(text('What to do.')),
      }),
    ),
    next: optional(text('The command that tells more, or helps.')),
    note: optional(text('What else there is to know: that the end of an alert will be held back.')),
    host: text('The machine.'),
    version: text('The version of elysiactl.'),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:alert:1',
    title: 'elysiactl alert',
    description: 'A message of an alert. Fields may be added.',
  },
)

/** What a sink is sent. */
export type AlertMessage = Static<typeof AlertMessageSchema>

/** Longer texts of an error are cut: a message is read on a telephone. */
const MOST_CHARACTERS = 2000
/** How long a message that is never repeated may be taken for true. */
const UNREPEATED_MS = 30 * 86_400_000

const ENDS: Readonly<Partial<Record<Told, string>>> = {
  resolved: 'well again. Before: ',
  lapsed: 'no longer told, since it is long ago; nothing says that it is well. Before: ',
}

/** The message that tells a step of an alert. */
export function messageOf(
  told: Told,
  state: AlertState,
  rule: Rule,
  { id, now, flapping }: { readonly id: string; readonly now: number; readonly flapping: boolean },
): AlertMessage {
  const { finding, episode } = state
  const { subject, run, error, next } = finding
  const isOver = told === 'resolved' || told === 'lapsed'
  const endsAt = isOver ? now : now + (rule.repeatMs === 0 ? UNREPEATED_MS : 2 * rule.repeatMs)
  return {
    message_type: 'alert',
    id,
    status: told,
    alert: rule.name,
    severity: rule.severity,
    summary: cut(`${ENDS[told] ?? ''}${finding.summary}`),
    ...subject,
    detail: finding.detail,
    episode,
    since: finding.since ?? new Date(state.since).toISOString(),
    at: new Date(now).toISOString(),
    ends_at: new Date(endsAt).toISOString(),
    ...(run !== undefined && { run }),
    ...(error !== undefined && !isOver && { error: { ...error, message: cut(error.message) } }),
    ...(next !== undefined && { next }),
    ...(flapping && { note: 'it began often of late: it will be told as over only when it stays well' }),
    ...origin(),
  }
}

/** A message that says only that a sink can be reached. */
export function testMessage(id: string, now: number): AlertMessage {
  const at = new Date(now).toISOString()
  return {
    message_type: 'alert',
    id,
    status: 'test',
    alert: 'test',
    severity: 'warning',
    summary: 'a test of elysiactl alerts: nothing is wrong',
    ...{ kind: '', collection: '', target: '', detail: '' },
    episode: 0,
    ...{ since: at, at, ends_at: new Date(now + 300_000).toISOString() },
    ...origin(),
  }
}

/** The message in one line, for a chat. */
export function headline({ status, severity, summary }: AlertMessage): string {
  const heads = {
    firing: severity === 'fault' ? 'FAULT' : 'WARNING',
    repeated: severity === 'fault' ? 'STILL A FAULT' : 'STILL A WARNING',
    resolved: 'RESOLVED',
    lapsed: 'NO LONGER TOLD',
    test: 'TEST',
  }
  return `${heads[status]}: ${summary}`
}

function origin(): Pick<AlertMessage, 'host' | 'version'> {
  return { host: hostname(), version: TOOL.version }
}

function cut(text: string): string {
  const characters = [...text]
  return characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS).join('')} …` : text
}
