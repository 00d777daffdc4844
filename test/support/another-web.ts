import type { RequestListener } from 'node:http'
import type { Router } from 'express'
import { createApp, createFeatures, createPlatform, type Replaced } from '../../src/composition.ts'
import { listen } from '../../src/http/listener.ts'
import type { Ostoja } from './ostoja.ts'

/**
 * A second web of the same Ostoja, as another process would be: its own pools, its own Redis connection, the same clock.
 * @param keepable its pages do not say "no-store", as if to a browser that puts pages into its back/forward cache all the same
 */
export const anotherWeb = async (
  ostoja: Ostoja,
  more: readonly Router[] = [],
  { keepable = false, ...replaced }: { keepable?: boolean } & Pick<Replaced, 'logTo'> = {},
) => {
  const { config } = ostoja
  const platform = await createPlatform(config, {
    ...replaced,
    clock: ostoja.platform.clock,
    pace: ostoja.platform.pace,
    derivation: ostoja.platform.derivation,
  })
  const features = createFeatures(platform)
  const { app } = createApp({ ...features, routers: [...features.routers, ...more] })
  const place = { host: '127.0.0.1', port: 0, certificate: platform.certificate }
  const listener = await listen(keepable ? withoutNoStore(app) : app, place)
  return {
    url: `https://localhost:${listener.port}`,
    features,
    close: async () => {
      await listener.close()
      await platform.close()
    },
  }
}

const withoutNoStore =
  (app: RequestListener): RequestListener =>
  (req, res) => {
    const set = res.setHeader.bind(res)
    res.setHeader = (name, value) => (value === 'no-store' ? res : set(name, value))
    app(req, res)
  }
