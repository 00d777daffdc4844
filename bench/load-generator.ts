import { Agent, request } from 'node:http'
import type { Load } from './load.ts'

/** A process of its own, so that asking doesn't slow the answering: sends a load, and tells its parent how long each took. */
const run = async ({ url, headers, targets, inFlight, seconds, expects, once = false }: Load) => {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight, scheduling: 'fifo' })
  const latencies: number[] = []
  let sent = 0
  let bytes = 0

  const send = (resolve: () => void, reject: (fault: unknown) => void, at: number) => {
    const { method = 'GET', path, body } = targets[at % targets.length]!
    const own = headers[at % headers.length]!
    const began = performance.now()
    const form =
      body === undefined
        ? {}
        : { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) }
    const asked = request(`${url}${path}`, { method, agent, headers: { ...own, ...form } }, answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        latencies.push(performance.now() - began)
        const text = Buffer.concat(chunks)
        bytes = text.length
        if (answer.statusCode !== expects.status || (expects.text && !text.includes(expects.text)))
          reject(new Error(`${method} ${path} was answered by ${answer.statusCode}: ${text.toString().slice(0, 300)}`))
        else resolve()
      })
    })
    // A kept connection may be closed while the next request goes out: a browser asks again, too.
    asked.on('error', fault => (asked.reusedSocket && method === 'GET' ? send(resolve, reject, at) : reject(fault)))
    asked.end(body)
  }
  const ask = () => new Promise<void>((resolve, reject) => send(resolve, reject, sent++))

  const until = async (end: number) => {
    while (performance.now() < end && !(once && sent >= targets.length)) await ask()
  }
  const many = (end: number) => Promise.all(Array.from({ length: inFlight }, () => until(end)))

  if (!once) await many(performance.now() + Math.min(1500, seconds * 400))
  latencies.length = 0
  const began = performance.now()
  await many(began + seconds * 1000)
  return { latencies: Float64Array.from(latencies), seconds: (performance.now() - began) / 1000, bytes }
}

process.once('message', (load: Load) => {
  run(load).then(
    measured => process.send?.(measured),
    (fault: unknown) => process.send?.({ latencies: new Float64Array(), seconds: 0, bytes: 0, fault: String(fault) }),
  )
})
