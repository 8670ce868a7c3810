import { channel } from 'node:diagnostics_channel'

/** Published with each event of each run, as its listener has it. @see SPEC.md, "Channels" */
export const RUN_EVENTS = channel('elysiactl:run:event')
