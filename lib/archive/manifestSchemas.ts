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
      'The SHA-256 of the JSON text of `manifest`, without spaces and with the keys in the order of the file.',
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
  { description: 'The manifest without the fields that are known only at the end of the scan.' },
)

/** The first line of a single file. */
export const HeaderSchema = Type.Object(
  {
    elysiactl_archive: PlanSchema,
    sha256: sha256('The SHA-256 of the JSON text of `elysiactl_archive`, exactly as in the line.'),
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
      description: 'The text of `manifest.json`, with escaped newlines.',
    }),
    sha256: sha256('The SHA-256 of everything before this line, before compression.'),
  },
  {
    $schema: DRAFT,
    $id: 'urn:elysiactl:archive-trailer:1',
    title: 'Trailer of a single-file archive, version 1',
    description: 'The last line of the file.',
  },
)
