import type { Router } from 'express'
import { policyOf, type Policy } from './guard.ts'

export type RouteFacts = { method: string; path: string; policy: Policy }

/**
 * Every route of the routers, with who may use it.
 * @throws Error naming the route whose first handler is no guard: such a program must not start
 */
export const inventory = (routers: readonly Router[]): RouteFacts[] =>
  routers.flatMap(router =>
    router.stack.flatMap(layer => {
      if (!layer.route) throw new Error('A feature router holds only routes; middleware belongs in http/app.ts')
      const { path, stack } = layer.route as {
        path: string
        stack: { method: string; handle: Parameters<typeof policyOf>[0] }[]
      }
      const methods = new Set(stack.map(handler => handler.method))
      return [...methods].map(method => {
        const first = stack.find(handler => handler.method === method)
        const policy = first && policyOf(first.handle)
        if (!policy)
          throw new Error(
            `${method.toUpperCase()} ${path} does not say who may use it: begin it with requireRole(), signedIn() or anyone()`,
          )
        return { method, path, policy }
      })
    }),
  )
