import { idOperand, onCatalog } from '../../../cli/catalog.ts'
import type { Command, Context } from '../../../cli/command.ts'
import { type ArchiveRecord, type Change, catalogOptions, ElysiaError } from '../../../library.ts'

/** A command that changes what is said of an archive. */
export interface Annotating {
  readonly verb: string
  readonly summary: string
  /** What follows the id. */
  readonly more?: string
  readonly examples: readonly string[]
  /** The change that the operands after the id ask for; undefined where they are not as they should be. */
  change(words: readonly string[]): Change | undefined
  said(archive: ArchiveRecord): string
}

/** `col catalog VERB ID …`; the change stands beside the archive and in the catalog. */
export function annotating({ verb, summary, more, examples, change, said }: Annotating): Command {
  const usage = more === undefined ? 'ID' : `ID ${more}`
  return {
    name: `col catalog ${verb}`,
    summary,
    usage,
    examples,
    schemas: [catalogOptions],
    async run(context: Context): Promise<void> {
      const [id = '', ...words] = context.operands
      if (id === '') idOperand(context)
      const asked = change(words)
      if (asked === undefined) {
        throw new ElysiaError('ELYSIA_USAGE', `col catalog ${verb} takes ${usage}`, { hint: examples[0]! })
      }
      const archive = await onCatalog(context, (catalog) => catalog.annotate(id, asked))
      if (context.console.json) return context.console.document(archive)
      context.console.note(`${archive.id} ${said(archive)}`)
    },
  }
}

/** The change of a command that takes nothing but the id. */
export function alone(change: Change): (words: readonly string[]) => Change | undefined {
  return (words) => (words.length === 0 ? change : undefined)
}
