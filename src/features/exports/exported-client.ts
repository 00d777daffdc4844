import type { RecordedRules } from '../../safe-to-contact/rules.ts'
import type { RuleWords } from '../../safe-to-contact/words.ts'

/** A telephone number as an export carries it, with the rules of calling it that somebody has said. */
export type ExportedPhone = RecordedRules & {
  /** A code such as `mobile`; its plain name travels in the file's vocabulary. */
  type: string
  /** E.164, or null when what was typed is no number anybody can dial from everywhere. */
  number: string | null
  typed: string
  /** What a telephone dials: E.164, or a short number of the organisation's country; null where it can't be dialled. */
  dial: string | null
  /** As people read it, or, where more than a number was typed, all that was typed. */
  shown: string
  extension?: string
}

/** A number of an emergency contact, with the hours in which it may be called (free text, may be empty). */
export type ExportedContactPhone = ExportedPhone & { hours: string }

/** One person to call, in the order in which to call them. */
export type ExportedContact = {
  /** 1 is called first. */
  rank: number
  name: string
  /** The name in Latin letters, where it is in a script that the viewer cannot read (see fold). */
  latinName?: string
  relationship: string
  relationshipText: string
  phones: readonly ExportedContactPhone[]
  email: string
  address: string
  /** Not to be given out; there only by the consent of a second officer. */
  hiddenAddress?: string
  /** BCP 47 code, or empty when unknown. */
  language: string
  mayBeTold: boolean
  tellNote: string
  /** ISO date, or null when nobody has ever confirmed it. */
  lastConfirmedOn: string | null
}

/** One client as the emergency export carries them: everything somebody needs who can reach nothing else. */
export type ExportedClient = {
  id: string
  fileNumber: string
  givenNames: string
  familyName: string
  preferredName: string
  /** The names in Latin letters, where one is in a script that the viewer cannot read (see fold). */
  latinName?: string
  /** ISO date, or null when unknown. */
  birthDate: string | null
  deceasedOn: string | null
  gender: string
  languages: readonly string[]
  interpreterNeeded: boolean
  phones: readonly ExportedPhone[]
  emails: readonly string[]
  addresses: readonly string[]
  /** Not to be given out; there only by the consent of a second officer. */
  hiddenAddresses?: readonly string[]
  /** Only named people see the record in Ostoja; its first alert says so in words. */
  restricted?: true
  alerts: readonly string[]
  contacts: readonly ExportedContact[]
}

/** Plain names of the codes in an export, by language: the file must stand alone, years from now. */
export type ExportVocabulary = Record<
  'pl' | 'en',
  {
    relationship: Readonly<Record<string, string>>
    phoneType: Readonly<Record<string, string>>
    gender: Readonly<Record<string, string>>
    /** The sentences of safe contact. */
    rules: RuleWords
  }
>

/** First line of the sealed part; every later line is one {@link ExportedClient}. */
export type ExportManifest = {
  format: 'ostoja-export'
  version: 1
  exportId: string
  organisation: string
  /** ISO instant, as clocks in `timeZone` show it. */
  createdAt: string
  /** Shown by the viewer, and known to the product by its hash: whoever types it there has opened this export. */
  openingCode: string
  /** Names of the groups whose clients are in it; none: every client who was active. */
  groups: readonly string[]
  /** IANA name; in which the hours of telephone numbers are meant. */
  timeZone: string
  vocabulary: ExportVocabulary
}
