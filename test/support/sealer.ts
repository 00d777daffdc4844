// A process of its own that seals the log without a pause, for tests that kill it: node test/support/sealer.ts '{…config}'
import { createFeatures, createPlatform } from '../../src/composition.ts'
import type { Config } from '../../src/config.ts'

const platform = await createPlatform(JSON.parse(process.argv[2]!) as Config)
const { auditChain } = createFeatures(platform)
process.stdout.write('ready\n')
for (;;) if ((await auditChain.seal()) > 0) process.stdout.write('sealed\n')
