import type { ExportedClient } from '../exported-client.ts'

/** What an export is written as: text that is made piece by piece, so that no more than one client is held. */
export type Format = {
  begin: () => string
  /** @param index 0 for the first client */
  client: (client: ExportedClient, index: number) => string
  end: () => string
}

/** A contact's place and name in words: the relationship by its plain name, and what was added in own words. */
export const relationshipSaid = (
  { relationship, relationshipText }: { relationship: string; relationshipText: string },
  names: Readonly<Record<string, string>>,
) => [...new Set([names[relationship] ?? relationship, relationshipText].filter(Boolean))].join(', ')

export const fullName = ({ givenNames, familyName }: Pick<ExportedClient, 'givenNames' | 'familyName'>) =>
  [givenNames, familyName].filter(Boolean).join(' ')
