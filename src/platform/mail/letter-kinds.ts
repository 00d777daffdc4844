type Kind = {
  /** The page of ours that it leads to. `:token` is the secret of a one-time link. */
  page: `/${string}`
  /** What its text has places for: numbers, hashes and sentences of our own; never what says who somebody is. */
  says: readonly string[]
  /** The job that sends it. */
  job: `mail.${string}`
}

/**
 * Every kind of letter that is ever sent. A new one is a line here, its words in the catalogue `mail` (`subject`, `text`, `link`,
 * `after`, in both languages), the name of its job in the catalogue `jobs`, and its way out in test/features/letters.test.ts.
 */
export const letterKinds = {
  notice: { page: '/notices', says: [], job: 'mail.notice' },
  moved: { page: '/account', says: [], job: 'mail.former-address' },
  reset: { page: '/password-resets/:token', says: ['token'], job: 'mail.password-link' },
  first: { page: '/password-resets/:token', says: ['token'], job: 'mail.password-link' },
  backup: { page: '/', says: ['what'], job: 'mail.backup' },
  chain: { page: '/', says: [], job: 'mail.chain' },
  checkpoint: { page: '/', says: ['events', 'at', 'code'], job: 'mail.checkpoint' },
} as const satisfies Record<string, Kind>

export type LetterKind = keyof typeof letterKinds
/** What a letter of a kind has to be told. */
export type Said<K extends LetterKind> = Record<(typeof letterKinds)[K]['says'][number], string>
