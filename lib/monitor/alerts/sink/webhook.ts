import { headline } from '../message.ts'
import type { AlertMessage } from '../messageSchema.ts'
import { callHttp, type Endpoint, placeOf } from './http.ts'
import type { Sink } from './sink.ts'

/** A sink that posts each message in its own form. */
function posting(name: string, endpoint: Endpoint, form: (message: AlertMessage) => unknown): Sink {
  return {
    name,
    place: placeOf(endpoint.url),
    send: (message, { signal }) =>
      callHttp(endpoint, { method: 'POST', body: JSON.stringify(form(message)), signal }),
  }
}

/** Posts the message unchanged: `format schema alert`. */
export function webhook(name: string, endpoint: Endpoint): Sink {
  return posting(name, endpoint, (message) => message)
}

/** An incoming webhook of Slack, or of a compatible service: Mattermost, Discord with `/slack`. */
export function slack(name: string, endpoint: Endpoint): Sink {
  return posting(name, endpoint, (message) => ({
    text: slackText(headline(message)),
    attachments: [
      {
        color: message.status === 'resolved' ? 'good' : message.severity === 'fault' ? 'danger' : 'warning',
        fallback: slackText(headline(message)),
        fields: factsOf(message).map(([title, value]) => ({
          title,
          value: slackText(value),
          short: value.length < 40,
        })),
      },
    ],
  }))
}

/** A workflow of Microsoft Teams that posts an adaptive card. */
export function teams(name: string, endpoint: Endpoint): Sink {
  return posting(name, endpoint, (message) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            { type: 'TextBlock', text: teamsText(headline(message)), weight: 'bolder', wrap: true },
            {
              type: 'FactSet',
              facts: factsOf(message).map(([title, value]) => ({ title, value: teamsText(value) })),
            },
          ],
        },
      },
    ],
  }))
}

function factsOf(message: AlertMessage): [title: string, value: string][] {
  const { kind, collection, target, since, run, error, next, host, note, alert, lines = [] } = message
  const facts: [string, string | undefined][] = [
    ['Alert', alert],
    ['Job', kind],
    ['Collection', collection],
    ['Target', target],
    ['Since', since],
    ['Error', error === undefined ? undefined : `${error.code}: ${error.message}`],
    ['What helps', error?.hint],
    ['Run', run],
    ['Next', next],
    ['Note', note],
    ...lines.map((line, at): [string, string] => [at === 0 ? 'What' : '·', line]),
    ['Machine', host],
  ]
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '')
}

/** Names and errors are foreign text: Slack gives these three characters a meaning of their own. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** The text for a card, which takes Markdown: whatever would start it is escaped. */
function teamsText(text: string): string {
  return text.replace(/[\\`*_[\]<>#|]/g, (character) => `\\${character}`)
}
