/** What a line of a log is: an event in short, or what a person was told. */
export const LOG_LEVELS = ['event', 'note', 'warning', 'error'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]
