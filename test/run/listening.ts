import { eventText } from '../../bin/view/eventText.ts'
import type { Report } from '../../lib/core/report.ts'
import type { Emit } from '../../lib/run/context.ts'
import type { RunEvent } from '../../lib/run/event/schema.ts'

type Of<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>

/** Collects what a person reads of a run. */
export function texts(said: string[]): Emit {
  return (event) => {
    const text = eventText(event)
    if (text !== undefined) said.push(text)
  }
}

/** Collects the types of what a person reads something of. */
export function types(said: string[]): Emit {
  return (event) => {
    if (eventText(event) !== undefined) said.push(event.type)
  }
}

/** Collects both, as `type: text`. */
export function typedTexts(said: string[]): Emit {
  return (event) => {
    const text = eventText(event)
    if (text !== undefined) said.push(`${event.type}: ${text}`)
  }
}

/** Listens to the events of one type. */
export function on<T extends RunEvent['type']>(type: T, listen: (event: Of<T>) => unknown): Emit {
  return (event) => {
    if (event.type === type) listen(event as Of<T>)
  }
}

/** A file that a watch is done with, well or not. */
export type WatchedFile = (Of<'file_taken'> | Of<'file_failed'>) & { readonly report: Report }

/** Listens to these. */
export function onFile(listen: (file: WatchedFile) => unknown): Emit {
  return (event) => {
    if (event.type !== 'file_taken' && event.type !== 'file_failed') return
    if (event.report !== undefined) listen(event as WatchedFile)
  }
}

/** Listens to how many objects a backup has read, or a restore has done. */
export function onObjects(listen: (objects: number) => unknown): Emit {
  return on('progress', ({ done, ahead = 0 }) => listen(done + ahead))
}

/** All of them listen. */
export function each(...emits: readonly (Emit | undefined)[]): Emit {
  return (event) => {
    for (const emit of emits) emit?.(event)
  }
}
