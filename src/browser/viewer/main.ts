// The viewer inside an emergency export. One script, used twice: as the page, and as the worker behind it.
import { serveEngine } from './engine-worker.ts'
import { start } from './start.ts'

if (typeof document === 'undefined') serveEngine()
else start()
