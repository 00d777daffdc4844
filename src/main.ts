import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Half of what a start takes is reading and compiling the program. What comes of it is kept where nobody else may write.
enableCompileCache(join(process.env.DATA_DIR || '.data', 'compile-cache'))

await import('./processes.ts')
