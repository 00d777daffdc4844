/** What a column can be. `many`: several columns may be it (two phones, street and house number in one line). */
export const fields = {
  fileNumber: { many: false },
  givenNames: { many: true },
  familyName: { many: false },
  fullName: { many: false },
  fullNameFamilyFirst: { many: false },
  preferredName: { many: false },
  birthDate: { many: false },
  deceasedOn: { many: false },
  gender: { many: false },
  languages: { many: true },
  interpreterNeeded: { many: false },
  phoneMobile: { many: true },
  phoneHome: { many: true },
  phoneWork: { many: true },
  phoneOther: { many: true },
  email: { many: true },
  addressLine: { many: true },
  houseNumber: { many: false },
  flatNumber: { many: false },
  postalCode: { many: false },
  city: { many: false },
  region: { many: false },
  country: { many: false },
  alerts: { many: true },
  notes: { many: true },
} as const

export type Field = keyof typeof fields
export const fieldNames = Object.keys(fields) as Field[]

/** What a column is, or null: it is not imported. */
export type ColumnUse = Field | null
