/**
 * Keys of a configuration file that are documents of their own rather than options; their modules check them
 * (lib/config/section.ts). `personal`: a project's file must not contain it, because it determines what is run or
 * where data is sent.
 */
export const SECTIONS = {
  alerts: { personal: true },
  auto: { personal: true },
  expect: { personal: false },
} as const satisfies Readonly<Record<string, { readonly personal: boolean }>>

/** The name of a section. */
export type SectionName = keyof typeof SECTIONS

/** A section of a file, unchecked: `text` is the whole file, used to locate faults. */
export interface Section {
  readonly name: SectionName
  readonly origin: string
  readonly text: string
}

/** True for the name of a section. */
export function isSection(name: string): name is SectionName {
  return Object.hasOwn(SECTIONS, name)
}
