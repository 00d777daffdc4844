import type { Role } from '../../platform/actor.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** Reminders are looked for each hour: a run an hour early is no run too many, otherwise the hour would wander round the clock. */
const [daily, weekly] = [day - hour, 7 * day - hour]

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
  /** Of something that still waits, told again and again until it is done: the start page says by itself how it stands. */
  reminds: boolean
}
type Given = Pick<Kind, 'sign' | 'href'> & Partial<Pick<Kind, 'quietMs' | 'of'>>

const usual = { quietMs: 0, of: null, reminds: false }
/** Tells whether an account is in danger, or who did what to it: comes by e-mail too, and nobody can switch it off. */
const security = (given: Given): Kind => ({ ...usual, ...given, class: 'security', mail: true })
/** Tells of work that waits: each person chooses whether it comes by e-mail too. */
const work = ({ mail, ...given }: Given & Pick<Kind, 'mail'>): Kind => ({ ...usual, ...given, class: 'work', mail })
/** Tells everybody of a role of work that waits for them, again after `quietMs`. */
const reminder = <Of extends Role>(of: Of, given: Given & { quietMs: number }) => ({
  ...work({ ...given, mail: true }),
  of,
  reminds: true as const,
})

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
  'mail-key-changed': security({ sign: 'warning', href: '/account/mail-key' }),
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
  'export-stale': reminder('security_officer', { sign: 'warning', href: '/readiness', quietMs: 3 * day - hour }),
  'export-overdue': reminder('security_officer', { sign: 'danger', href: '/exports/new', quietMs: daily }),
  'proof-due': reminder('security_officer', { sign: 'warning', href: '/exports/proofs', quietMs: weekly }),
  'drill-due': reminder('security_officer', { sign: 'warning', href: '/drills', quietMs: weekly }),
  'contacts-to-confirm': reminder('staff', { sign: 'warning', href: '/contacts-to-confirm', quietMs: weekly }),
  'accounts-asleep': reminder('administrator', { sign: 'warning', href: '/accounts', quietMs: weekly }),
  'certificate-ending': reminder('operator', { sign: 'danger', href: '/system', quietMs: daily }),
  'operators-asleep': reminder('operator', { sign: 'warning', href: '/readiness', quietMs: weekly }),
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
/** Those of which a role is reminded. */
export type ReminderKind = {
  [Name in NoticeKind]: (typeof noticeKinds)[Name] extends { reminds: true } ? Name : never
}[NoticeKind]
export const reminders = (Object.keys(noticeKinds) as NoticeKind[]).filter(kind => noticeKinds[kind].reminds)

/** The kinds of one class that somebody with these roles may be told of. */
export const kindsFor = (wanted: Kind['class'], roles: readonly Role[]): NoticeKind[] =>
  (Object.entries(noticeKinds) as [NoticeKind, Kind][])
    .filter(([, kind]) => kind.class === wanted && (kind.of === null || roles.includes(kind.of)))
    .map(([name]) => name)
