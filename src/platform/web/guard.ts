import type { Request, RequestHandler, Response } from 'express'
import type { Actor, Role } from '../actor.ts'
import { changesNothing, csrfFault, csrfOk } from './csrf.ts'
import { isOwnPath } from './own-path.ts'
import { refuseFiles } from './refuse-files.ts'

/**
 * Who may use a route. `background` marks what pages ask by themselves: it never counts as something the person did.
 * `upload` marks a route whose form may hold files: it takes them in as they arrive (`filesIn`), when the guard has let it.
 * `ownToken` marks a route that looks at the token of its form itself, to answer a stale one better than by a refusal.
 * `beforePasswordChange` marks what somebody may do whose password has to be changed first; everything else waits for that.
 * `download` says what a file holds that the route sends ({@link Download}); a route that does not say it can send none.
 */
export type Policy = {
  kind: 'anyone' | 'signed-in' | 'roles'
  roles: readonly Role[]
  background: boolean
  upload: boolean
  ownToken: boolean
  beforePasswordChange: boolean
  download: Download | null
}
type Options = Partial<Omit<Policy, 'kind' | 'roles'>>

/**
 * What a file holds that leaves: client data that is encrypted for somebody (`sealed`), no client data, or what somebody attached to
 * a message, as it came (`attachment`). test/features/downloads.test.ts looks into what each of these routes sends.
 */
export type Download = 'sealed' | 'no-client-data' | 'attachment'

const policies = new WeakMap<RequestHandler, Policy>()

/** For everybody, signed in or not. */
export const anyone = (options: Options = {}) => guard('anyone', [], options)

/** For every account, whatever its roles. */
export const signedIn = (options: Options = {}) => guard('signed-in', [], options)

/** For accounts that have at least one of `roles`. */
export const requireRole = (roles: Role | readonly Role[], options: Options = {}) =>
  guard('roles', typeof roles === 'string' ? [roles] : roles, options)

/** The policy a handler declares, or nothing where it is no guard. */
export const policyOf = (handler: RequestHandler): Policy | undefined => policies.get(handler)

/** Who acts in this request; only behind a guard that lets accounts through. */
export const actorOf = (res: Response): Actor => {
  const { actor } = res.locals as { actor?: Actor }
  if (!actor) throw new Error('actorOf is only for routes behind signedIn() or requireRole()')
  return actor
}

const guard = (kind: Policy['kind'], roles: readonly Role[], options: Options) => {
  const {
    background = false,
    upload = false,
    ownToken = false,
    beforePasswordChange = false,
    download = null,
  } = options
  const policy: Policy = { kind, roles, background, upload, ownToken, beforePasswordChange, download }
  const check: RequestHandler = (req, res, next) => {
    const { actor } = res.locals as { actor?: Actor }
    if (!download) refuseFiles(req, res)
    if (kind !== 'anyone' && !actor) askToSignIn(req, res, policy)
    else if (kind !== 'anyone' && !beforePasswordChange && req.session.signedIn?.mustChangePassword)
      askToChangePassword(res, policy)
    else if (kind === 'roles' && !roles.some(role => actor?.roles.includes(role)))
      res.status(403).render('errors/forbidden')
    else
      next(
        changesNothing(req) || ownToken || csrfOk(req, (req.body as { _csrf?: unknown } | undefined)?._csrf)
          ? undefined
          : csrfFault,
      )
  }
  policies.set(check, policy)
  return check
}

const askToChangePassword = (res: Response, policy: Policy) => {
  if (policy.background) res.status(403).json({ mustChangePassword: true })
  else res.redirect(303, '/account/password')
}

const askToSignIn = (req: Request, res: Response, policy: Policy) => {
  if (policy.background) {
    res.status(401).json({ signedOut: true })
    return
  }
  if (req.method === 'GET' && isOwnPath(req.path)) req.session.returnTo = req.path
  res.redirect(303, '/sign-in')
}
