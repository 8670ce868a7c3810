import {
  classNameOf,
  didYouMean,
  ElysiaError,
  HISTORY_STATUSES,
  type HistoryChoice,
  momentOf,
  type OptionsSchema,
} from '../../library.ts'

/** Which runs are meant. */
export const runsOptions = {
  type: 'object',
  name: 'runs',
  description: 'Which runs of the history are shown.',
  properties: {
    kind: {
      type: 'string',
      description: 'only runs of these jobs, separated by commas',
      placeholder: 'JOB,…',
      example: 'backup,restore',
      flagOnly: true,
    },
    status: {
      type: 'string',
      description: 'only runs with these statuses, separated by commas',
      choices: HISTORY_STATUSES,
      placeholder: 'STATUS,…',
      example: 'failed,killed',
      flagOnly: true,
    },
    since: {
      type: 'string',
      description: 'only runs that began since then: a date, a time, or an age such as 7d',
      placeholder: 'WHEN',
      example: '30d',
      flagOnly: true,
    },
    collection: {
      type: 'string',
      kind: 'collection',
      description: 'only runs of this collection',
      placeholder: 'NAME',
      flagOnly: true,
    },
    limit: {
      type: 'integer',
      description: 'at most this many runs, newest first',
      default: 50,
      minimum: 1,
      maximum: 1_000_000,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

interface Chosen {
  readonly kind?: string
  readonly status?: string
  readonly since?: string
  readonly collection?: string
  readonly limit: number
}

/** The runs that the options of `runs list` select. @throws ElysiaError ELYSIA_USAGE for an invalid status or time */
export function choiceOf({ kind, status, since, collection, limit }: Chosen): HistoryChoice {
  return {
    ...(kind !== undefined && { kind: words(kind) }),
    ...(status !== undefined && { status: words(status).map(statusNamed) }),
    ...(since !== undefined && { since: momentOf(since, '--since', Date.now()) }),
    ...(collection !== undefined && { collection: classNameOf(collection) }),
    limit,
  }
}

function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function statusNamed(word: string) {
  const status = HISTORY_STATUSES.find((one) => one === word)
  if (status !== undefined) return status
  throw new ElysiaError('ELYSIA_USAGE', `--status ${word} is not valid`, {
    hint: didYouMean(word, HISTORY_STATUSES, `it takes some of ${HISTORY_STATUSES.join(', ')}`),
  })
}
