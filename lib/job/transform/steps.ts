import { ElysiaError, rewordError } from '../../core/errors.ts'
import { didYouMean } from '../../core/suggest.ts'
import { runScript, type ScriptOptions } from '../../transform/script/script.ts'
import { convertProperty, type OnConvertError } from '../../transform/step/convert.ts'
import { dropProperty } from '../../transform/step/drop.ts'
import { mapProperty } from '../../transform/step/map.ts'
import { maskProperty } from '../../transform/step/mask.ts'
import { setProperty } from '../../transform/step/set.ts'
import { whereTrue } from '../../transform/step/where.ts'
import type { Transform } from '../../transform/transform.ts'
import { fileSteps } from './fileSteps.ts'

/** One transform as written: its kind, and its text. */
export interface TransformStep {
  readonly kind: string
  readonly text: string
  /** Its place in a file: `fix.yaml:3:5`. */
  readonly place?: string
  /** Its own settings, which replace those for all steps. */
  readonly settings?: StepSettings
}

/** The settings for all steps of one kind. */
export interface StepSettings {
  readonly script?: ScriptOptions
  /** What to do with an object whose value cannot be converted. */
  readonly onConvertError?: OnConvertError
  /** Reads the key of masks when one is needed; without it, or if it returns none, masks are refused. */
  readonly maskKey?: () => Promise<string | undefined>
}

const SCRIPT = 'script'

type Make = (text: string, settings: StepSettings) => Transform | Promise<Transform>

/** The kinds of transforms, each with the function that makes one from its text. A new kind is a row here. */
const KINDS: Readonly<Record<string, Make>> = {
  map: mapProperty,
  drop: dropProperty,
  set: setProperty,
  convert: (text, { onConvertError }) => convertProperty(text, onConvertError),
  where: whereTrue,
  mask: async (property, { maskKey }) => maskProperty(property, (await maskKey?.()) ?? noKey(property)),
  [SCRIPT]: (path, settings) => runScript(path, settings.script),
}

/** The kind of step that stands for the steps of a file. */
const FILE = 'pipeline'

/**
 * Makes transforms from the written steps, in order; the steps of a file replace its entry.
 * @throws ElysiaError ELYSIA_USAGE for an invalid one
 */
export async function transformsOf(
  steps: readonly TransformStep[],
  settings: StepSettings = {},
): Promise<Transform[]> {
  const transforms: Transform[] = []
  for (const step of steps) {
    if (step.kind === FILE) transforms.push(...(await transformsOf(await fileSteps(step.text), settings)))
    else transforms.push(await transformOf(step, settings))
  }
  return transforms
}

async function transformOf(step: TransformStep, settings: StepSettings): Promise<Transform> {
  const { kind, text, place, settings: own = {} } = step
  const make = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (make === undefined) throw unknownKind(kind)
  try {
    return await make(text, { ...settings, ...own, script: { ...settings.script, ...own.script } })
  } catch (error) {
    throw place !== undefined && error instanceof ElysiaError
      ? rewordError(error, `${place}: ${error.message}`)
      : error
  }
}

/** The step from which a transform of this name is made. */
export function stepOf(name: string): TransformStep {
  const [kind = ''] = name.split(' ', 1)
  return { kind, text: name.slice(kind.length + 1) }
}

/**
 * The steps among declared names; other names come from options of their job: `revectorize`, `vectors drop`.
 * @throws ElysiaError ELYSIA_USAGE for a script: whoever wrote the names must not decide what runs here
 */
export function stepsAmong(names: readonly string[]): TransformStep[] {
  const steps = names.map(stepOf).filter(({ kind }) => Object.hasOwn(KINDS, kind))
  const script = steps.find(({ kind }) => kind === SCRIPT)
  if (script !== undefined) throw unnamedScript(script.text)
  return steps
}

function unnamedScript(path: string): ElysiaError {
  return new ElysiaError(
    'ELYSIA_USAGE',
    `it was made with the script ${path}, and no file may have one run`,
    {
      hint: 'check the script, and give all transforms again, in their order: --script FILE',
    },
  )
}

function noKey(property: string): never {
  throw new ElysiaError('ELYSIA_USAGE', `mask ${property} needs a key`, {
    hint: 'set ELYSIACTL_MASK_KEY, or give --mask-key-file FILE; `openssl rand -hex 32` makes one',
  })
}

function unknownKind(kind: string): ElysiaError {
  const known = [...Object.keys(KINDS), FILE]
  return new ElysiaError('ELYSIA_USAGE', `there is no transform ${kind}`, {
    hint: didYouMean(kind, known, `there are ${known.join(', ')}`),
  })
}
