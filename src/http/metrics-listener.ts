import { createServer } from 'node:http'
import type { Metrics } from '../platform/metrics/metrics.ts'
import { OperatorFault } from '../platform/errors.ts'

/**
 * Serves `/metrics`, and nothing else, on a port of its own, which is for the machine's own network only.
 * @throws OperatorFault where the port is taken
 */
export const listenForMetrics = async (
  metrics: Metrics,
  { host, port }: { host: string; port: number },
): Promise<{ port: number; close: () => Promise<void> }> => {
  metrics.watchProcess()
  const server = createServer((req, res) => {
    if (req.method !== 'GET' || req.url !== '/metrics') return void res.writeHead(404).end()
    metrics.text().then(
      text => res.writeHead(200, { 'Content-Type': metrics.contentType }).end(text),
      () => res.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (fault: NodeJS.ErrnoException) =>
      reject(new OperatorFault(`METRICS_PORT: cannot listen on ${host}:${port} (${fault.code ?? 'no reason given'}).`)),
    )
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
