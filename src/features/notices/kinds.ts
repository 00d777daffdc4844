import type { Role } from '../../platform/actor.ts'

const minute = 60_000
const day = 24 * 60 * minute

type Kind = {
  class: 'security' | 'work'
  /** Whether it comes by e-mail too, for those who have not chosen; what is about security always does. */
  mail: boolean
  sign: 'info' | 'warning' | 'danger'
  /** The page where something can be done about it. */
  href: string
  /** For how long the same need not be said again, in milliseconds. */
  quietMs: number
  /** Who is told of it at all, where not everybody can be: nobody else is asked about it. */
  of: Role | null
}
type Given = Pick<Kind, 'sign' | 'href'> & Partial<Pick<Kind, 'quietMs' | 'of'>>

const usual = { quietMs: 0, of: null }
/** Tells whether an account is in danger, or who did what to it: comes by e-mail too, and nobody can switch it off. */
const security = (given: Given): Kind => ({ ...usual, ...given, class: 'security', mail: true })
/** Tells of work that waits: each person chooses whether it comes by e-mail too. */
const work = ({ mail, ...given }: Given & Pick<Kind, 'mail'>): Kind => ({ ...usual, ...given, class: 'work', mail })

/**
 * What people are told of, security first, in the order in which the account page shows it. A new kind is a line here and its
 * words in the catalogue `notices`, in both languages: `kind.<kind>.title` and `.text` (and `about.<kind>` where it may be
 * about somebody else, whose name then stands on the page, never in a mail).
 */
export const noticeKinds = {
  'password-changed': security({ sign: 'info', href: '/account' }),
  'password-reset-by-administrator': security({ sign: 'warning', href: '/account' }),
  'password-reset-by-operator': security({ sign: 'warning', href: '/account' }),
  'email-changed': security({ sign: 'warning', href: '/account' }),
  'sign-in-blocked': security({ sign: 'warning', href: '/notices', quietMs: 15 * minute }),
  'new-browser': security({ sign: 'warning', href: '/account' }),
  'export-made': security({ sign: 'warning', href: '/exports', of: 'security_officer' }),
  'log-exported': security({ sign: 'warning', href: '/log', of: 'security_officer' }),
  'officer-key-registered': security({ sign: 'warning', href: '/exports/keys', of: 'security_officer' }),
  'break-glass-opened': security({ sign: 'danger', href: '/break-glass/cases', of: 'security_officer' }),
  'break-glass-missed': security({ sign: 'warning', href: '/break-glass/cases', of: 'security_officer' }),
  'restriction-made': security({ sign: 'info', href: '/notices' }),
  'restriction-changed': security({ sign: 'info', href: '/notices' }),
  'restriction-lifted': security({ sign: 'warning', href: '/notices' }),
  'officer-key-retired': security({ sign: 'info', href: '/exports/keys', of: 'security_officer' }),
  'export-waiting': work({ sign: 'info', href: '/exports', mail: true, of: 'security_officer' }),
  'export-stuck': work({ sign: 'warning', href: '/exports/keys', mail: true, quietMs: day, of: 'security_officer' }),
  'export-stale': work({ sign: 'warning', href: '/readiness', mail: true, quietMs: 3 * day, of: 'security_officer' }),
  'export-not-stored': work({ sign: 'warning', href: '/exports', mail: true, quietMs: day, of: 'security_officer' }),
  'consent-asked': work({ sign: 'warning', href: '/exports/approvals', mail: true, of: 'security_officer' }),
  'consent-approved': work({ sign: 'info', href: '/exports/new', mail: true, of: 'security_officer' }),
  'consent-refused': work({ sign: 'info', href: '/exports/approvals', mail: true, of: 'security_officer' }),
  unusual: work({
    sign: 'warning',
    href: '/log/unusual',
    mail: true,
    quietMs: 4 * 60 * minute,
    of: 'security_officer',
  }),
  'message-waiting': work({ sign: 'info', href: '/messages', mail: true, quietMs: 15 * minute }),
  'urgent-message': work({ sign: 'danger', href: '/messages', mail: true, quietMs: minute }),
} as const satisfies Record<string, Kind>

export type NoticeKind = keyof typeof noticeKinds

/** The kinds of one class that somebody with these roles may be told of. */
export const kindsFor = (wanted: Kind['class'], roles: readonly Role[]): NoticeKind[] =>
  (Object.entries(noticeKinds) as [NoticeKind, Kind][])
    .filter(([, kind]) => kind.class === wanted && (kind.of === null || roles.includes(kind.of)))
    .map(([name]) => name)
