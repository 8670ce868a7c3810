/** The level of a log line: a short event, or a message that the user saw. */
export const LOG_LEVELS = ['event', 'note', 'warning', 'error'] as const

/** The level of a log line. */
export type LogLevel = (typeof LOG_LEVELS)[number]
