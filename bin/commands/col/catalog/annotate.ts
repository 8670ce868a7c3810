import { archiveNamed, useCatalog } from '../../../cli/catalog.ts'
import type { Command, Context } from '../../../cli/command.ts'
import { ARCHIVE, type Operand } from '../../../cli/operands.ts'
import { type AnnotationChange, type ArchiveRecord, catalogOptions, ElysiaError } from '../../../library.ts'
import { archiveDocument } from '../../../view/archive.ts'

/** A command that changes the annotations of an archive. */
export interface AnnotationCommand {
  readonly summary: string
  /** The operand after the id. */
  readonly more?: Operand
  readonly examples: readonly string[]
  /** The change in the operands after the id; undefined if they contain none. */
  change(words: readonly string[]): AnnotationChange | undefined
  formatResult(archive: ArchiveRecord): string
}

/** `col catalog VERB ID …`; the change is stored beside the archive and in the catalog. */
export function annotateCommand({
  summary,
  more,
  examples,
  change,
  formatResult,
}: AnnotationCommand): Command {
  return {
    summary,
    operands: [ARCHIVE, ...(more === undefined ? [] : [more])],
    examples,
    schemas: [catalogOptions],
    document: 'archive',
    exits: ['notFound'],
    docs: 'docs/archives.md',
    async run(context: Context): Promise<void> {
      const [id = '', ...words] = context.operands
      const requested = change(words)
      if (requested === undefined) {
        throw new ElysiaError('ELYSIA_USAGE', `${context.name}: ${words.join(' ')} names no ${more?.name}`, {
          hint: examples[0]!,
        })
      }
      const archive = await useCatalog(context, (catalog) =>
        catalog.annotate(archiveNamed(catalog, id).id, requested),
      )
      if (context.console.json) return context.console.document(archiveDocument(archive))
      context.console.note(`${archive.id} ${formatResult(archive)}`)
    },
  }
}
