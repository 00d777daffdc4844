import { randomUUID } from 'node:crypto'
import { Router, type Request, type Response } from 'express'
import type { Clock } from '../../platform/clock.ts'
import { Conflict } from '../../platform/errors.ts'
import { countryChoices } from '../../platform/text/country-name.ts'
import { defaultCountry, phoneCountries } from '../../platform/text/phone.ts'
import { flash } from '../../platform/web/flash.ts'
import { readForm, type Problems } from '../../platform/web/forms.ts'
import { actorOf, requireRole } from '../../platform/web/guard.ts'
import { DomainTaken } from './register.ts'
import {
  administratorForm,
  closeForm,
  formIdOf,
  listQuery,
  longestWaitDays,
  megabyte,
  readTenantId,
  tenantForm,
  usualWaitDays,
} from './schema.ts'
import type { Tenants } from './tenants.ts'

type Parts = {
  tenants: Tenants
  clock: Clock
  /** Whether this installation sends mail. */
  mailed: boolean
  /** The day by which the last backup that holds what is erased then is deleted. */
  goneFromBackups: (erasedAt: Date) => Date
}
type Values = Record<string, unknown>
type Typed = { values: Values; problems: Problems; formId?: string }

const operator = () => requireRole('operator')
const dayMs = 24 * 60 * 60_000
const fields = ['name', 'domain', 'language', 'country', 'mostAccounts', 'mostClients', 'mostMegabytes']

/** The operators' pages of organisations: names and numbers, nothing of what they hold. */
export const tenantRoutes = ({ tenants, clock, mailed, goneFromBackups }: Parts) => {
  const router = Router()

  router.get('/tenants', operator(), async (req, res) => {
    const { show, page } = listQuery.parse(req.query)
    res.render('tenants/list', { ...(await tenants.list(actorOf(res), show, page)), show, page })
  })

  router.get('/tenants/new', operator(), (_req, res) => {
    res.render('tenants/new', {
      values: {
        language: res.locals.language as string,
        country: res.locals.language === 'en' ? 'GB' : defaultCountry,
      },
      problems: {},
      formId: randomUUID(),
      countries: countriesIn(res),
    })
  })

  router.post('/tenants', operator(), async (req, res) => {
    const formId = formIdOf(req.body)
    const again = (problems: Problems) =>
      res
        .status(422)
        .render('tenants/new', { values: typedOf(req, fields), problems, formId, countries: countriesIn(res) })
    const form = readForm(tenantForm, req.body)
    if (!form.ok) return again(form.problems)
    const id = await tenants.register(actorOf(res), form.data, formId).catch(nullIfTaken)
    if (id === null) return again(domainTaken)
    flash(req, 'success', 'tenants:flash.created')
    res.redirect(303, `/tenants/${id}`)
  })

  router.get('/tenants/:tenantId', operator(), async (req, res) => {
    await showTenant(req, res)
  })

  router.post('/tenants/:tenantId', operator(), async (req, res) => {
    const id = readTenantId(req.params.tenantId)
    await tenants.find(actorOf(res), id)
    const again = (problems: Problems) => showTenant(req, res.status(422), { values: typedOf(req, fields), problems })
    const form = readForm(tenantForm, req.body)
    if (!form.ok) return again(form.problems)
    const changed = await tenants.amend(actorOf(res), id, form.data).catch(nullIfTaken)
    if (changed === null) return again(domainTaken)
    flash(req, 'success', changed ? 'tenants:flash.saved' : 'tenants:flash.unchanged')
    res.redirect(303, `/tenants/${id}`)
  })

  router.get('/tenants/:tenantId/administrator', operator(), async (req, res) => {
    const tenant = await tenants.find(actorOf(res), readTenantId(req.params.tenantId))
    await showAdministrator(res, tenant, {
      values: { language: tenant.language, handOver: 'password' },
      problems: {},
      formId: randomUUID(),
    })
  })

  router.post('/tenants/:tenantId/administrator', operator(), async (req, res) => {
    const tenant = await tenants.find(actorOf(res), readTenantId(req.params.tenantId))
    const formId = formIdOf(req.body)
    const form = readForm(administratorForm, req.body)
    if (!form.ok) {
      const values = typedOf(req, ['givenName', 'familyName', 'email', 'language', 'handOver'])
      return showAdministrator(res.status(422), tenant, { values, problems: form.problems, formId })
    }
    const wish = { ...form.data, handOver: mailed ? form.data.handOver : ('password' as const) }
    const made = await tenants.makeFirstAdministrator(actorOf(res), tenant.id, wish, formId)
    if (!made.madeBefore && wish.handOver === 'password')
      return res.status(201).render('tenants/handed-over', { tenant, login: made.login, password: made.password })
    flash(
      req,
      made.madeBefore ? 'warning' : 'success',
      made.madeBefore ? 'tenants:flash.administratorBefore' : 'tenants:flash.linkSent',
    )
    res.redirect(303, `/tenants/${tenant.id}`)
  })

  for (const [verb, said] of [
    ['suspend', 'suspended'],
    ['resume', 'resumed'],
  ] as const)
    router.post(`/tenants/:tenantId/${verb}`, operator(), async (req, res) => {
      const id = readTenantId(req.params.tenantId)
      await tenants[verb](actorOf(res), id)
      flash(req, 'success', `tenants:flash.${said}`)
      res.redirect(303, `/tenants/${id}`)
    })

  router.get('/tenants/:tenantId/close', operator(), async (req, res) => {
    await showClosing(req, res, { values: { days: usualWaitDays }, problems: {} })
  })

  router.post('/tenants/:tenantId/close', operator(), async (req, res) => {
    const tenant = await tenants.find(actorOf(res), readTenantId(req.params.tenantId))
    const form = readForm(closeForm(tenant.name), req.body)
    if (!form.ok)
      return showClosing(req, res.status(422), { values: typedOf(req, ['days', 'name']), problems: form.problems })
    await tenants.close(actorOf(res), tenant.id, form.data.days)
    flash(req, 'success', 'tenants:flash.closing')
    res.redirect(303, `/tenants/${tenant.id}`)
  })

  router.post('/tenants/:tenantId/cancel-closing', operator(), async (req, res) => {
    const id = readTenantId(req.params.tenantId)
    await tenants.cancelClosing(actorOf(res), id)
    flash(req, 'success', 'tenants:flash.closingCancelled')
    res.redirect(303, `/tenants/${id}`)
  })

  const showTenant = async (req: Request, res: Response, typed?: Typed) => {
    const tenant = await tenants.find(actorOf(res), readTenantId(req.params.tenantId))
    res.render('tenants/tenant', {
      tenant,
      awaitsAdministrator: tenant.state === 'active' && (await tenants.awaitsAdministrator(tenant.id)),
      values: typed?.values ?? { ...tenant, mostMegabytes: tenant.mostBytes && tenant.mostBytes / megabyte },
      problems: typed?.problems ?? {},
    })
  }

  const showAdministrator = async (res: Response, tenant: Awaited<ReturnType<Tenants['find']>>, typed: Typed) => {
    if (!(await tenants.awaitsAdministrator(tenant.id))) throw new Conflict('tenants:conflict.hasAdministrator')
    res.render('tenants/administrator', { tenant, mailed, ...typed })
  }

  const showClosing = async (req: Request, res: Response, typed: Typed) => {
    const tenant = await tenants.find(actorOf(res), readTenantId(req.params.tenantId))
    if (tenant.state === 'closed') throw new Conflict('tenants:conflict.closed')
    if (tenant.state === 'closing') throw new Conflict('tenants:conflict.closing')
    const days = Number(typed.values.days)
    const erasedAt = new Date(clock().getTime() + (days >= 1 && days <= longestWaitDays ? days : usualWaitDays) * dayMs)
    res.render('tenants/close', { tenant, inBackupsUntil: goneFromBackups(erasedAt), ...typed })
  }

  return router
}

const countriesIn = (res: Response) => countryChoices(phoneCountries, String(res.locals.language))

const domainTaken: Problems = { domain: 'tenants:problem.domainTaken' }

const nullIfTaken = (fault: unknown): null => {
  if (fault instanceof DomainTaken) return null
  throw fault
}

/** What was typed, by the names of the fields. */
const typedOf = (req: Request, names: readonly string[]): Values => {
  const body = (req.body ?? {}) as Values
  return Object.fromEntries(names.map(name => [name, body[name]]))
}
