import type { Detail } from '../../platform/audit/record.ts'

/** One event as it is kept: ids and numbers, nothing that tells who somebody is. */
export type EventRow = {
  /** PostgreSQL's bigint arrives as text. */
  id: string
  at: Date
  /** `at` as microseconds since 1970: two events of one millisecond have an order. */
  micros: string
  action: string
  account_id: number | null
  subject_id: string | null
  sign_in_id: string | null
  detail: Detail
}

/** From where somebody signed in; null where that is no longer kept. */
export type Place = { address: string; browser: string }

/** An event with everybody in it named, as pages and files show it. */
export type LogEvent = {
  id: string
  at: Date
  action: string
  /** Who did it; null where the program did, or somebody who was not signed in. */
  account: { id: number; name: string } | null
  /** The account that it was done to, where it was another's. */
  about: { id: number; name: string } | null
  place: Place | null
  /** The clients it concerns that the reader may see now. */
  clients: readonly { id: string; name: string }[]
  /** How many more it showed, and how many the reader may not see or that are no more. */
  more: number
  unnamed: number
  detail: Detail
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Ids of the clients that an event is about or showed. */
export const clientsIn = ({ action, subject_id, detail }: EventRow): string[] => {
  const shown = Array.isArray(detail.clients) ? (detail.clients as string[]) : []
  return isAboutClient(action) && subject_id && uuid.test(subject_id) ? [subject_id, ...shown] : [...shown]
}

/** Ids of the cases of broken glass that an event is part of. */
export const casesIn = ({ detail }: Pick<EventRow, 'detail'>): string[] =>
  Array.isArray(detail.cases) ? (detail.cases as string[]) : []

/** The account that an event was done to, where it is about one. */
export const accountIn = ({ action, subject_id }: EventRow): number | null =>
  subject_id && /^\d{1,9}$/.test(subject_id) && /^(account|session|sign-in|password-link|backup)\./.test(action)
    ? Number(subject_id)
    : null

const isAboutClient = (action: string) => /^(client|emergency-contact|call)\./.test(action)
