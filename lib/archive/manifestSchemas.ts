import Type from '../core/typebox.ts'
import { ManifestSchema } from './manifest.ts'

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'
const sha256 = (description: string) => Type.String({ pattern: '^[0-9a-f]{64}$', description })

/**
 * The sources of the package's schemas (`lib/schema/manifest.json` and the like); nothing imports them at run time.
 * Unknown fields are allowed everywhere.
 */

/** `manifest.json`, and the text in the trailer of a single file. */
export const ManifestFileSchema = Type.Object(
  {
    sha256: sha256(
      'Of the JSON text of `manifest` without spaces, its keys in the order that they have in the file.',
    ),
    manifest: ManifestSchema,
  },
  {
    $schema: DRAFT,
    $id: 'urn:elysiactl:archive-manifest:1',
    title: 'Manifest of an archive, version 1',
    description: 'manifest.json, sealed by its own SHA-256. Unknown fields are ignored.',
  },
)

/** Everything in a manifest that is known before the first object. */
const PlanSchema = Type.Object(
  {
    ...Type.Omit(ManifestSchema, ['finished', 'parts', 'index', 'state', 'totals', 'counts', 'consistency'])
      .properties,
    counts: Type.Object({
      before: Type.Integer({ minimum: 0, description: 'Objects that the store counted before the scan.' }),
    }),
  },
  { description: 'The manifest without what only the end of the scan knows.' },
)

/** The first line of a single file. */
export const HeaderSchema = Type.Object(
  {
    elysiactl_archive: PlanSchema,
    sha256: sha256('Of the JSON text of `elysiactl_archive`, as it stands in the line.'),
  },
  {
    $schema: DRAFT,
    $id: 'urn:elysiactl:archive-header:1',
    title: 'Header of a single-file archive, version 1',
    description: 'The first line of the file.',
  },
)

/** The last line of a single file. */
export const TrailerSchema = Type.Object(
  {
    elysiactl_manifest: Type.String({
      contentMediaType: 'application/json',
      contentSchema: { $ref: 'urn:elysiactl:archive-manifest:1' },
      description: 'The text that `manifest.json` would be, its newlines escaped.',
    }),
    sha256: sha256('Of all bytes of the file before this line, before compression.'),
  },
  {
    $schema: DRAFT,
    $id: 'urn:elysiactl:archive-trailer:1',
    title: 'Trailer of a single-file archive, version 1',
    description: 'The last line of the file.',
  },
)
