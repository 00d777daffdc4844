import { createFeatures, createPlatform, type Features } from '../composition.ts'
import { readConfig } from '../config.ts'
import { completeEnvironment } from '../start/environment.ts'

/** The settings of this installation, for a command that serves no pages: a certificate is none of its business. */
export const commandEnvironment = async (): Promise<NodeJS.ProcessEnv> => {
  const env = await completeEnvironment(process.env)
  return { LOG_LEVEL: 'warn', TRUSTED_PROXIES: '127.0.0.1', ...env }
}

/** Runs `work` with every feature at hand, and closes all connections afterwards. */
export const withFeatures = async <T>(work: (features: Features) => Promise<T>): Promise<T> => {
  const platform = await createPlatform(readConfig(await commandEnvironment()), { serves: false })
  try {
    await platform.keyChecks.check()
    return await work(createFeatures(platform))
  } finally {
    await platform.close()
  }
}
