import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
setFlagsFromString('--no-expose-gc')

/** Bytes that this process still needs: what only waits to be collected says nothing about the program. */
export const memoryInUse = (): number => {
  collectGarbage()
  collectGarbage() // buffers that the first one has let go are freed beside it; the second waits for that
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
