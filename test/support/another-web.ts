import { readFile } from 'node:fs/promises'
import type { Router } from 'express'
import { createApp, createFeatures, createPlatform } from '../../src/composition.ts'
import { listen } from '../../src/http/listener.ts'
import type { Ostoja } from './ostoja.ts'

/** A second web of the same Ostoja, as another process would be: its own pools, its own Redis connection, the same clock. */
export const anotherWeb = async (ostoja: Ostoja, more: readonly Router[] = []) => {
  const { config } = ostoja
  const platform = await createPlatform(config, { clock: ostoja.platform.clock, pace: ostoja.platform.pace })
  const features = createFeatures(platform)
  const { app } = createApp({ ...features, routers: [...features.routers, ...more] })
  const certificate = { cert: await readFile(config.tls!.certFile), key: await readFile(config.tls!.keyFile) }
  const listener = await listen(app, { host: '127.0.0.1', port: 0, certificate })
  return {
    url: `https://localhost:${listener.port}`,
    features,
    close: async () => {
      await listener.close()
      await platform.close()
    },
  }
}
