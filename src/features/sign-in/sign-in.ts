import { installationId, systemActor, type Actor } from '../../platform/actor.ts'
import { record } from '../../platform/audit/record.ts'
import { TooBusy } from '../../platform/errors.ts'
import { hasControls } from '../../platform/text/control.ts'
import type { PasswordHash } from '../../platform/vault/passwords.ts'
import type { SignedIn } from '../../platform/web/session-data.ts'
import type { Account, Credentials, Needs, Outcome, Place, Rules } from './needs.ts'
import {
  anyRemembers,
  findActiveAccount,
  findLogin,
  findNameByDomain,
  noteSignIn,
  type AccountRow,
  type Found,
  type KeptPassword,
} from './queries.ts'

export const createSignIn = ({
  db,
  unscoped,
  vault,
  passwords,
  sessions,
  attempts,
  history,
  clock,
  rulesOf,
  rulesWithin,
  noteBlocked,
}: Needs) => {
  /** The rules may have changed between reading them and the claim; whoever changed them may not have seen the claim. */
  const followRules = async (who: Account, rules: Rules, { autoLogoutMinutes, rememberMe }: Rules) => {
    if (autoLogoutMinutes !== rules.autoLogoutMinutes || rememberMe !== rules.rememberMe)
      await sessions.retime(who, autoLogoutMinutes * 60_000, rememberMe)
  }

  /** The pepper turns at the one moment when the password is known. */
  const keep = async (found: Found, kept: PasswordHash, password: string): Promise<KeptPassword> => {
    if (!passwords.isStale(kept)) return { pepper_id: kept.pepper }
    const fresh = await passwords.hash(password).catch((fault: unknown) => {
      if (fault instanceof TooBusy) return null // it can turn next time; a right password is not refused for that
      throw fault
    })
    if (!fresh) return { pepper_id: kept.pepper }
    return { password_sealed: await vault.seal(fresh, passwordPlace(found)), pepper_id: fresh.pepper }
  }

  const enter = async (
    found: Found,
    account: AccountRow,
    place: Place,
    { kept, password }: { kept: PasswordHash; password: string },
  ): Promise<Outcome> => {
    const who = { tenantId: found.tenant_id, accountId: account.id }
    const actor: Actor = { ...who, roles: account.roles }
    const rules = await rulesOf(who.tenantId)
    const remembered = place.rememberMe && rules.rememberMe
    const claim = await sessions.claim(who, {
      session: place.session,
      device: place.device,
      idleMs: rules.autoLogoutMinutes * 60_000,
      policy: rules.secondSignIn,
      remembered,
    })
    if (!claim.claimed) {
      await db.asTenant(actor, async trx => {
        const signInId = await history.noteAttempt(trx, who, place, 'blocked')
        await record(trx, { ...actor, signInId }, 'session.blocked', account.id)
        await noteBlocked(trx, who)
      })
      return { outcome: 'blocked', standing: claim.standing }
    }
    const giveUp = () => sessions.end(who, 'signed-out', place.session)
    try {
      const toKeep = await keep(found, kept, password)
      const now = await db.asTenant(actor, async trx => {
        const [rulesNow, noted] = await Promise.all([rulesWithin(trx, who), noteSignIn(trx, account, clock(), toKeep)])
        await followRules(who, rules, rulesNow)
        if (!noted) return null
        const signInId = await history.note(trx, who, place)
        await record(trx, { ...actor, signInId }, 'session.started', account.id)
        return { ...noted, signInId }
      })
      if (now)
        return {
          outcome: 'signed-in',
          language: now.language,
          remembered,
          signedIn: { ...signedInAs(found, now), signInId: now.signInId },
        }
    } catch (fault) {
      // A claim that nobody holds would keep its owner out of every other browser.
      await giveUp().catch(() => undefined)
      throw fault
    }
    await giveUp()
    return { outcome: 'wrong' }
  }

  /** An unknown login is looked for like any other, in a realm where it is not. */
  const look = ({ tenant_id: tenantId, account_id: id }: Whose = nobody, device: string) =>
    db.asTenant({ tenantId }, trx => Promise.all([findActiveAccount(trx, id), history.knows(trx, id, device)]))

  /** What happens at an unknown login belongs to nobody's organisation: it is the installation's. */
  const note = (
    found: Found | undefined,
    place: Place,
    event: 'sign-in.refused' | 'sign-in.slowed' | 'sign-in.suspended',
  ) => {
    const actor = systemActor(found?.tenant_id ?? installationId)
    return db.asTenant(actor, async trx => {
      const whose = found && { tenantId: found.tenant_id, accountId: found.account_id }
      const signInId = whose ? await history.noteAttempt(trx, whose, place, 'refused') : null
      await record(trx, { ...actor, signInId }, event, found?.account_id)
    })
  }

  const judge = async ({ login, password }: Credentials, place: Place): Promise<Outcome> => {
    const found = hasControls(login) ? undefined : await unscoped.read(trx => findLogin(trx, login.toLowerCase()))
    const [account, known] = await look(found, place.device)
    const from = { login, address: place.address, device: known ? place.device : null }
    const seconds = await attempts.begin(from)
    if (seconds > 0) {
      if (await attempts.firstSlowed(from)) await note(found, place, 'sign-in.slowed')
      return { outcome: 'slow-down', seconds }
    }

    const kept = found && account ? await vault.open<PasswordHash>(account.password_sealed, passwordPlace(found)) : null
    const right = await passwords.match(kept, password).catch(async (fault: unknown) => {
      // A refusal for want of room is no guess: ten of them must not shut out who knows the password.
      if (fault instanceof TooBusy) await attempts.takeBack(from)
      throw fault
    })
    if (right === null || !kept || !found || !account) {
      await note(found, place, 'sign-in.refused')
      return { outcome: 'wrong' }
    }

    await attempts.forget(from)
    if (found.tenant_status === 'suspended') {
      await note(found, place, 'sign-in.suspended')
      return { outcome: 'suspended' }
    }
    return enter(found, account, place, { kept, password: right })
  }

  return {
    /**
     * Signs somebody in. An unknown login takes the same path and time as a wrong password. A right password while
     * another browser's session is live is 'blocked', and never counts as a failed one; only a right password is told that the
     * organisation is suspended.
     */
    signIn: (credentials: Credentials, place: Place): Promise<Outcome> =>
      judge(credentials, place).catch((fault: unknown): Outcome => {
        if (fault instanceof TooBusy) return { outcome: 'slow-down', seconds: fault.seconds }
        throw fault
      }),

    /** Whether the sign-in page has a box to tick; whose organisation does not offer it is told so after signing in. */
    offersToRemember: () => unscoped.read(anyRemembers),

    /** The name of the organisation that people reach at this address, if one has it for itself. */
    organisationAt: (hostname: string): Promise<string | null> =>
      isDomain(hostname) ? unscoped.read(trx => findNameByDomain(trx, hostname.toLowerCase())) : Promise.resolve(null),

    noteSignOut: (actor: Actor) =>
      db.asTenant(actor, trx => record(trx, actor, 'session.ended', actor.accountId ?? undefined)),
  }
}
export type SignIn = ReturnType<typeof createSignIn>

/** Anything else is not worth a question: the name comes from the request. */
const isDomain = (hostname: string) => /^[a-z0-9.-]{4,253}$/i.test(hostname)

type Whose = Pick<Found, 'tenant_id' | 'account_id'>
const nobody: Whose = { tenant_id: installationId, account_id: 0 }

const passwordPlace = (found: Found) =>
  ({ tenant: found.tenant_id, column: 'accounts.password_sealed', row: found.account_id }) as const

const signedInAs = (found: Found, account: AccountRow): SignedIn => ({
  tenantId: found.tenant_id,
  tenantName: found.tenant_name,
  accountId: account.id,
  login: account.login,
  roles: account.roles,
  mustChangePassword: account.must_change_password,
  profileSealed: account.profile_sealed.toString('base64'),
})
