import { randomUUID } from 'node:crypto'
import { Router, type Request, type Response } from 'express'
import { tenantRoles } from '../../platform/actor.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import type { Accounts } from './accounts.ts'
import type { AccountKey } from './needs.ts'
import type { AccountPowers } from './powers.ts'
import { accountForm, listQuery, newAccountForm, readAccountId, resetForm } from './schema.ts'

type Parts = {
  accounts: Accounts
  powers: AccountPowers
  /** The account's live session, if there is one. */
  standingOf: (account: AccountKey) => Promise<{ since: Date; lastActive: Date } | null>
  /** Whether this installation sends mail. */
  mailed: boolean
}
type Values = Record<string, unknown>

const administrator = () => requireRole('administrator')

/** The administrator's pages of accounts. A generated password stands on the answering page only, and nowhere else. */
export const accountRoutes = ({ accounts, powers, standingOf, mailed }: Parts) => {
  const router = Router()

  router.get('/accounts', administrator(), async (req, res) => {
    const { status } = listQuery.parse(req.query)
    const { accounts: listed, counts } = await accounts.list(actorOf(res), status)
    res.render('accounts/list', { accounts: listed, counts, status })
  })

  router.get('/accounts/new', administrator(), (_req, res) => {
    const values = { roles: { staff: 'on' }, language: res.locals.language as string, handOver: 'password' }
    renderNew(res, values, {}, randomUUID())
  })

  router.post('/accounts', administrator(), async (req, res) => {
    const form = readForm(newAccountForm, req.body)
    if (!form.ok) return renderNew(res.status(422), valuesOf(req), form.problems, resetForm.parse(req.body).formId)

    const { handOver, ...person } = form.data
    const byLink = mailed && handOver === 'link'
    const made = await accounts.create(actorOf(res), { ...person, byLink })
    if (made.madeBefore || byLink) {
      flash(
        req,
        made.madeBefore ? 'warning' : 'success',
        `accounts:flash.${made.madeBefore ? 'madeBefore' : 'linkSent'}`,
      )
      return res.redirect(303, `/accounts/${made.id}`)
    }
    res
      .status(201)
      .render('accounts/password', { because: 'created', id: made.id, login: made.login, password: made.password })
  })

  router.get('/accounts/:accountId', administrator(), async (req, res) => {
    await showAccount(res, readAccountId(req.params.accountId))
  })

  router.post('/accounts/:accountId', administrator(), async (req, res) => {
    const id = readAccountId(req.params.accountId)
    const form = readForm(accountForm, req.body)
    if (!form.ok) return showAccount(res.status(422), id, { values: valuesOf(req), problems: form.problems })

    const { revision, ...person } = form.data
    const actor = actorOf(res)
    const amended = await accounts.amend(actor, id, person, revision)
    if (id === actor.accountId && req.session.signedIn) req.session.signedIn.profileSealed = amended.profileSealed
    flash(req, 'success', amended.ended ? 'accounts:flash.savedAndSignedOut' : 'accounts:flash.saved')
    res.redirect(303, `/accounts/${id}`)
  })

  router.post('/accounts/:accountId/reset-password', administrator(), async (req, res) => {
    const id = readAccountId(req.params.accountId)
    const reset = await powers.resetPassword(actorOf(res), id, resetForm.parse(req.body).formId)
    if (reset)
      return res.render('accounts/password', { because: 'reset', id, login: reset.login, password: reset.password })
    flash(req, 'warning', 'accounts:flash.resetBefore')
    res.redirect(303, `/accounts/${id}`)
  })

  router.post('/accounts/:accountId/deactivate', administrator(), async (req, res) => {
    const id = readAccountId(req.params.accountId)
    await powers.deactivate(actorOf(res), id)
    flash(req, 'success', 'accounts:flash.deactivated')
    res.redirect(303, `/accounts/${id}`)
  })

  router.post('/accounts/:accountId/activate', administrator(), async (req, res) => {
    const id = readAccountId(req.params.accountId)
    await powers.activate(actorOf(res), id)
    flash(req, 'success', 'accounts:flash.activated')
    res.redirect(303, `/accounts/${id}`)
  })

  router.post('/accounts/:accountId/end-session', administrator(), async (req, res) => {
    const id = readAccountId(req.params.accountId)
    const ended = await powers.endSession(actorOf(res), id)
    flash(req, ended ? 'success' : 'warning', ended ? 'accounts:flash.sessionEnded' : 'accounts:flash.noSession')
    res.redirect(303, `/accounts/${id}`)
  })

  const renderNew = (res: Response, values: Values, problems: Problems, formId: string) =>
    res.render('accounts/new', { values, problems, formId, mailed, roles: tenantRoles })

  const showAccount = async (res: Response, id: number, typed?: { values: Values; problems: Problems }) => {
    const shown = await accounts.find(actorOf(res), id)
    res.render('accounts/account', {
      shown,
      standing: await standingOf({ tenantId: actorOf(res).tenantId, accountId: id }),
      values: typed?.values ?? { ...shown, roles: Object.fromEntries(shown.roles.map(role => [role, 'on'])) },
      problems: typed?.problems ?? {},
      own: id === actorOf(res).accountId,
      formId: randomUUID(),
      roles: tenantRoles,
    })
  }

  return router
}

/** What was typed, by the names of the fields. */
const valuesOf = (req: Request): Values => {
  const body = (req.body ?? {}) as Values
  return Object.fromEntries(
    ['givenName', 'familyName', 'email', 'roles', 'language', 'handOver', 'revision'].map(field => [
      field,
      body[field],
    ]),
  )
}
