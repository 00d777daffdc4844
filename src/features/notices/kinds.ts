/**
 * What people are told of. Each kind has its words in the catalogue `notices`, a colour, the page where something can be
 * done about it, and how long the same need not be said again.
 */
const minute = 60_000
const day = 24 * 60 * minute
export const noticeKinds = {
  'password-changed': { sign: 'info', href: '/account', quietMs: 0 },
  'password-reset-by-administrator': { sign: 'warning', href: '/account', quietMs: 0 },
  'password-reset-by-operator': { sign: 'warning', href: '/account', quietMs: 0 },
  'email-changed': { sign: 'warning', href: '/account', quietMs: 0 },
  'sign-in-blocked': { sign: 'warning', href: '/notices', quietMs: 15 * minute },
  'new-browser': { sign: 'warning', href: '/account', quietMs: 0 },
  'officer-key-registered': { sign: 'warning', href: '/exports/keys', quietMs: 0 },
  'export-waiting': { sign: 'info', href: '/exports', quietMs: 0 },
  'export-stuck': { sign: 'warning', href: '/exports/keys', quietMs: day },
  'export-stale': { sign: 'warning', href: '/readiness', quietMs: 3 * day },
  'consent-asked': { sign: 'warning', href: '/exports/approvals', quietMs: 0 },
  'consent-approved': { sign: 'info', href: '/exports/new', quietMs: 0 },
  'consent-refused': { sign: 'info', href: '/exports/approvals', quietMs: 0 },
  'officer-key-retired': { sign: 'info', href: '/exports/keys', quietMs: 0 },
} as const

export type NoticeKind = keyof typeof noticeKinds
