/**
 * Keys of a configuration file that are no options but a document of their own, which the module that it is for checks
 * (lib/config/section.ts). `personal`: a project's file must not have it, since it says what is run or where data is sent.
 */
export const SECTIONS = {
  alerts: { personal: true },
  auto: { personal: true },
  expect: { personal: false },
} as const satisfies Readonly<Record<string, { readonly personal: boolean }>>

export type SectionName = keyof typeof SECTIONS

/** A section as a file has it, unchecked: `text` is the whole file, for the places of faults. */
export interface Section {
  readonly name: SectionName
  readonly origin: string
  readonly text: string
}

/** The name, where it is one of a section. */
export function isSection(name: string): name is SectionName {
  return Object.hasOwn(SECTIONS, name)
}
