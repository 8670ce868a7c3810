import type { Console } from '../cli/console.ts'
import type { Emit, RunEvent } from '../library.ts'
import { observeEvent } from '../observers/current.ts'
import { detailText, eventText } from './eventText.ts'

type Shows = Pick<Console, 'note' | 'detail'> & Partial<Pick<Console, 'progress' | 'line'>>

/** Events that progress counts get no line of their own with `--progress json`. */
const COUNTED: ReadonlySet<RunEvent['type']> = new Set([
  'progress',
  'records_settled',
  'record_rejected',
  'records_superseded',
])

/**
 * Shows events as lines for users or programs, and passes them to the observers; `more` receives those that are shown
 * in another way.
 */
export function eventView(console: Shows, more: Emit = () => {}): Emit {
  return (event) => {
    if (console.progress === 'json') writeEvent(console, event)
    else showEvent(console, event)
    observeEvent(event)
    more(event)
  }
}

function writeEvent({ line }: Shows, event: RunEvent): void {
  if (COUNTED.has(event.type)) return
  line?.({ message_type: 'event', at: new Date().toISOString(), event })
}

function showEvent({ note, detail }: Shows, event: RunEvent): void {
  const text = eventText(event)
  if (text !== undefined) note(text)
  const details = detailText(event)
  if (details !== undefined) detail(details)
}
