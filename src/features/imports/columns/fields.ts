/**
 * What a column can be. `many`: several columns may be it (two phones, street and house number in one line). `several`: one
 * cell may hold several values side by side, as Google writes them; any other cell stays whole.
 */
export const fields = {
  fileNumber: { many: false, several: false },
  givenNames: { many: true, several: false },
  familyName: { many: false, several: false },
  fullName: { many: false, several: false },
  fullNameFamilyFirst: { many: false, several: false },
  preferredName: { many: false, several: false },
  birthDate: { many: false, several: false },
  deceasedOn: { many: false, several: false },
  gender: { many: false, several: false },
  languages: { many: true, several: true },
  interpreterNeeded: { many: false, several: false },
  phoneMobile: { many: true, several: true },
  phoneHome: { many: true, several: true },
  phoneWork: { many: true, several: true },
  phoneOther: { many: true, several: true },
  phoneLabel: { many: true, several: false },
  email: { many: true, several: true },
  addressLine: { many: true, several: false },
  houseNumber: { many: false, several: false },
  flatNumber: { many: false, several: false },
  postalCode: { many: false, several: false },
  city: { many: false, several: false },
  region: { many: false, several: false },
  country: { many: false, several: false },
  workAddress: { many: true, several: false },
  otherAddress: { many: true, several: false },
  alerts: { many: true, several: false },
  notes: { many: true, several: false },
} as const

export type Field = keyof typeof fields
/** A row is named by its whole name in one column, or by the parts in one each: beside a whole name, a part would be lost. */
export const wholeNames: readonly Field[] = ['fullName', 'fullNameFamilyFirst']
export const partsOfName: readonly Field[] = ['givenNames', 'familyName']

export const fieldNames = Object.keys(fields) as Field[]

/** What a column is, or null: it is not imported. */
export type ColumnUse = Field | null
