import type { Console } from '../cli/console.ts'
import type { Emit } from '../library.ts'
import { detailText, eventText } from './eventText.ts'
import type { ProgressView } from './progress.ts'

/** The same, with the progress of what counts objects, parts or archives. */
export function progressEvents(console: Pick<Console, 'note' | 'detail'>, view: ProgressView): Emit {
  return eventView(console, (event) => {
    if (event.type !== 'progress') return
    const { phase, done, ahead, total, unit } = event
    // Objects are what most lines count: these need not say so.
    view.update({ done, ahead, total, ...(phase && { phase }), ...(unit !== 'objects' && { unit }) })
  })
}

/** Shows events as lines for a person; `more` takes those that are shown in another way. */
export function eventView({ note, detail }: Pick<Console, 'note' | 'detail'>, more: Emit = () => {}): Emit {
  return (event) => {
    const text = eventText(event)
    if (text !== undefined) note(text)
    const details = detailText(event)
    if (details !== undefined) detail(details)
    more(event)
  }
}
